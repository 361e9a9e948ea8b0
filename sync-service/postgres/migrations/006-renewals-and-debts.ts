/** Members renew what they hold, and owe. A membership is one row a paid period; its sale is the one that paid for it. */
export const renewalsAndDebts = `
create table debts (
  id uuid primary key,
  member_id uuid not null references members,
  -- To whom it is owed, and the club in whose business it arose.
  legal_entity_id uuid not null references legal_entities,
  club_id uuid not null references clubs,
  amount_cents integer not null check (amount_cents > 0),
  vat_rate integer not null check (vat_rate between 0 and 10000),
  reason text not null,
  -- What staff wrote, for staff.
  words text not null,
  since timestamptz not null,
  user_id uuid references staff_users,
  settled_at timestamptz,
  settled_by_sale uuid references sales,
  check ((settled_at is null) = (settled_by_sale is null))
);
create index debts_of_member on debts (member_id);
`;
