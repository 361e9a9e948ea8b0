/** Not everything that is sold is a membership, and not every sale is somebody's: a day entry names no person. */
export const salesOfOtherProducts = `
alter table sales
  add column product text not null default 'membership',
  alter column member_id drop not null,
  add constraint whose_sale check (product = 'day-entry' or member_id is not null);
`;
