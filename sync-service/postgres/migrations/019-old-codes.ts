/** Codes of a club that is migrating, which always say the same: known by what stands for them. */
export const oldCodes = `
alter table credentials add column code_hash text;
create unique index credentials_by_code on credentials (code_hash) where code_hash is not null and status = 'active';
`;
