/** What devices are (W-DEVICE-3), and which payment terminal stood at which box from when to when (W-DEVICE-4). */
export const terminals = `
alter table devices add column about jsonb;

-- Serial numbers, or numbers at the acquirer, of the payment terminals that a seller is known to have.
alter table legal_entities add column terminals text[] not null default '{}';

create table terminals (
  edge_id uuid not null references edges,
  name text not null,
  since timestamptz not null,
  club_id uuid not null references clubs,
  about jsonb not null,
  told_at timestamptz not null,
  primary key (edge_id, name, since)
);
create index terminals_by_serial on terminals ((about->>'serial'));
create index terminals_by_number on terminals ((about->>'terminalId'));
`;
