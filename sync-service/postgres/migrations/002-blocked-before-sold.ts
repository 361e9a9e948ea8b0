/** A card that may carry a grant and was never paid for is blocked by itself: no member, no sale. */
export const blockedBeforeSold = `
alter table credentials alter column member_id drop not null;
alter table credentials alter column sale_id drop not null;
`;
