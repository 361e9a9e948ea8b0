/** What a seller takes of the product, null for all of it, and the contracts by which its payment terminals are paid. */
export const sellers = `
alter table legal_entities
  add column modules text[],
  add column terminal_contracts text[] not null default '{}';

-- Looked into for every sale.
create index cases_of_other_sellers_terminals on cases (club_id, detail) where kind = 'other-sellers-terminal';
`;
