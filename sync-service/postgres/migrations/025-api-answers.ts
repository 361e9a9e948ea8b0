/** Answers to calls of other systems that changed something, sealed, for as long as the same call may come again. */
export const apiAnswers = `
create table api_answers (
  key_id uuid not null references api_keys,
  idempotency_key text not null,
  request_hash text not null,
  -- Null only inside the transaction that carries it out.
  sealed bytea,
  at timestamptz not null,
  primary key (key_id, idempotency_key)
);
create index api_answers_by_time on api_answers (key_id, at);

-- Lists by time, of the network and of one legal entity.
create index sales_by_time on sales (at, id);
create index sales_of_entity on sales (legal_entity_id, at, id);
create index members_by_time on members (created_at, id);
create index memberships_by_time on memberships (valid_from, id);
`;
