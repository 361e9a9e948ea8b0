/** What members say and ask at a kiosk with their card (core/wire/SPEC.md, Consents and requests): told by events. */
export const askedAtKiosks = `
alter table consents alter column received_at set default now();

-- For a copy of everything, or to be forgotten.
alter table erasure_requests add column asks text not null default 'erasure' check (asks in ('copy', 'erasure'));
-- The kiosk that took it down; made_by_name is then what the box calls itself.
alter table erasure_requests add column edge_id uuid references edges;
alter table erasure_requests alter column made_by drop not null;
alter table erasure_requests add constraint erasure_requests_taken_down check ((made_by is null) = (edge_id is not null));
alter table erasure_requests drop constraint erasure_requests_state_check;
alter table erasure_requests add constraint erasure_requests_state_check
  check (state in ('open', 'withdrawn', 'declined') or (asks = 'erasure' and state = 'carried-out')
         or (asks = 'copy' and state = 'handed-over'));
drop index erasure_requests_open;
create unique index erasure_requests_open on erasure_requests (member_id, asks) where state = 'open';
`;
