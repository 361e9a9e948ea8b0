/** What waits for one receiver is looked for apart from what waits for the others. */
export const webhooksApart = `
create index webhook_messages_waiting on webhook_messages (webhook_id, due_at, seq) where state = 'waiting';
`;
