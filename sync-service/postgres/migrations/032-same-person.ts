/** Who may be one person is looked up by these; word for word as in possible-duplicates.ts. */
export const samePerson = `
drop index members_by_birth_date;
create index members_by_birth_and_email on members (birth_date, lower(email));
create index members_by_birth_and_phone on members (birth_date, right(regexp_replace(phone, '\\D', '', 'g'), 9));
create index members_by_birth_and_name on members (birth_date,
  regexp_replace(lower(normalize(given_name || ' ' || family_name, NFD)), '[\u0300-\u036f]', '', 'g'));
`;
