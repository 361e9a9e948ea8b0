/**
 * The record of a sale in the fiscal journal of its box: its number, and the four characters that the receipt shows of its
 * signature. What was pushed before is read again from the events as they were received.
 */
export const fiscalRecordOfASale = `
alter table sales
  add column fiscal_record_no bigint check (fiscal_record_no >= 1),
  add column fiscal_characters text,
  add constraint fiscal_record_whole check ((fiscal_record_no is null) = (fiscal_characters is null));

-- Bodies that were kept aside may be anything; materialized, so that none of them is read as JSON.
with told as materialized (
  select convert_from(body, 'UTF8')::jsonb as event
    from edge_events
   where position('"type":"sale.completed"'::bytea in body) > 0
     and not exists (
       select 1 from parked_events
        where parked_events.edge_id = edge_events.edge_id and parked_events.seq = edge_events.seq
     )
)
update sales
   set fiscal_record_no = (event->'fiscal'->>'recordNo')::bigint,
       fiscal_characters = event->'fiscal'->>'characters'
  from told
 where jsonb_typeof(event->'fiscal') = 'object' and sales.id::text = event->>'saleId';
`;
