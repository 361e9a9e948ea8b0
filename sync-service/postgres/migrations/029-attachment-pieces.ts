/** Pieces of attachments that have not come whole yet (W-ATT-9). Sealed as they are; gone once the attachment is whole. */
export const attachmentPieces = `
create table attachment_pieces (
  digest text not null references attachments on delete cascade,
  -- Where in the attachment it begins, in bytes.
  at_byte integer not null,
  bytes bytea not null,
  -- How long the attachment is, whole.
  total_bytes integer not null,
  received_at timestamptz not null,
  primary key (digest, at_byte)
);
create index attachment_pieces_received on attachment_pieces (received_at);
`;
