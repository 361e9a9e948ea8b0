/**
 * Badges of a club that is migrating, known by a number that anybody can copy: which they are, and which decisions were made by
 * such a number.
 */
export const oldBadges = `
alter table credentials add column uid_only boolean not null default false;
create unique index credentials_by_number on credentials (card_uid) where uid_only and status = 'active';

alter table decisions add column by_number boolean not null default false;
create index decisions_by_number on decisions (credential_id, at) where by_number;
`;
