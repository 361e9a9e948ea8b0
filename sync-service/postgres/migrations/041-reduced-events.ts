/**
 * Events of entries lose their person with the term of the entry log (privacy/kept/SPEC.md, RT7), and so do interventions, which no
 * statement could change before: the round of retention failed as soon as one was old enough.
 */
export const reducedEvents = `
-- Null while the body is what was received, byte for byte; the hash covers that, and no longer what is left of it.
alter table edge_events add column reduced_at timestamptz;

-- How far the events of each edge have been looked through; all before is reduced, or of nobody's entry.
create table reduced_events (
  edge_id uuid primary key,
  through bigint not null check (through >= 0)
);

alter table interventions alter column credential_id drop not null;
create or replace function refuse_change() returns trigger language plpgsql as $$
declare
  words constant text[] := array['words', 'reason', 'detail', 'tried'];
begin
  if tg_op = 'UPDATE' and current_setting('portillon.erasing', true) = 'on'
     and tg_table_name in ('cases', 'case_settlements', 'access_changes')
     and to_jsonb(new) - words = to_jsonb(old) - words then
    return new;
  end if;
  -- RT3: who it was goes when the time is over, and nothing else.
  if tg_op = 'UPDATE' and tg_table_name = 'interventions'
     and to_jsonb(new) = to_jsonb(old) || '{"credential_id": null}' then
    return new;
  end if;
  raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;
`;
