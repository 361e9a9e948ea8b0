/**
 * A name is looked for whole, however many words it has and with whatever is typed between them (ST6): "de la Cruz", "O’Brien" and
 * "obrien" are found by the same letters.
 */
export const wholeNames = `
-- Small letters, no accents; nothing between words, no apostrophe, hyphen or point, and nothing that is not seen.
create or replace function folded(words text) returns text language sql immutable strict parallel safe as $$
  select regexp_replace(
    replace(replace(replace(translate(lower(normalize(words, NFKD)), 'đøłħıð', 'dolhid'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
    '[\\u0001-\\u0020\\u0022\\u0027-\\u0029\\u002c-\\u002f\\u0060\\u00a0\\u00ad\\u00b4\\u00b7\\u02b9-\\u02bf\\u0300-\\u036f\\u05f3\\u05f4\\u2000-\\u206f\\u3000\\ufe00-\\ufe0f\\ufeff]',
    '', 'g')
$$;
reindex index members_by_family_name;
reindex index members_by_given_name;
-- One's own first: of a beginning that many share, those of some clubs.
create index members_of_club on members (home_club_id);
`;
