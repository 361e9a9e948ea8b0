/** Of a pass: the key of the phone it lives on, and since when. */
export const passes = `
alter table credentials add column public_key text;
alter table credentials add column enrolled_at timestamptz;
`;
