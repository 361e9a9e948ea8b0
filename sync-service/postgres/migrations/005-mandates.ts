/**
 * SEPA mandates. The mandate itself stays sealed among the attachments, as it came; here stands what staff and collections
 * find it by. What edges of a newer version had pushed before is read again from the events as they were received.
 */
export const mandates = `
-- Identifier of the entity as a creditor of direct debits (ICS); null where it collects none.
alter table legal_entities add column creditor_id text;

alter table attachments
  drop constraint attachments_purpose_check,
  add constraint attachments_purpose_check check (purpose in ('person', 'photo', 'contract', 'mandate'));

create table mandates (
  attachment_digest text primary key references attachments,
  member_id uuid not null references members,
  sale_id uuid not null references sales,
  legal_entity_id uuid not null references legal_entities,
  -- Unique reference of the mandate (UMR, RUM), as it was read before the signature.
  reference text not null,
  status text not null check (status in ('awaited', 'in-force', 'unreadable', 'cancelled')),
  -- From the sealed mandate; null until it has come.
  creditor_id text,
  iban_masked text check (iban_masked ~ '^[A-Z]{2}[0-9]{2} •••• [A-Z0-9]{3}$'),
  signed_at timestamptz,
  unique (legal_entity_id, reference)
);
create index mandates_of_member on mandates (member_id);
create index mandates_of_sale on mandates (sale_id);

create temporary table told_mandates on commit drop as
with told as materialized (
  select edge_id, convert_from(body, 'UTF8')::jsonb as event
    from edge_events
   where position('"type":"sale.completed"'::bytea in body) > 0
     and position('"mandate":{'::bytea in body) > 0
     and not exists (
       select 1 from parked_events
        where parked_events.edge_id = edge_events.edge_id and parked_events.seq = edge_events.seq
     )
)
select distinct on (told.event->'mandate'->>'digest')
       told.event->'mandate'->>'digest' as digest, told.event->'mandate'->>'reference' as reference,
       told.edge_id, sales.id as sale_id, sales.member_id, sales.legal_entity_id, sales.cancelled_at
  from told join sales on sales.id::text = told.event->>'saleId'
 where jsonb_typeof(told.event->'mandate') = 'object';

insert into attachments (digest, purpose, member_id, edge_id)
select digest, 'mandate', member_id, edge_id from told_mandates;

insert into mandates (attachment_digest, member_id, sale_id, legal_entity_id, reference, status)
select digest, member_id, sale_id, legal_entity_id, reference,
       case when cancelled_at is null then 'awaited' else 'cancelled' end
  from told_mandates;
`;
