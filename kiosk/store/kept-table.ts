/** A line of what a box keeps, and until when (RT8). `docs/privacy.md` shows it, and a test holds both together. */
export interface EdgeKept {
  readonly what: string;
  readonly tables: readonly string[];
  readonly until: string;
}

export const edgeKeptTable: readonly EdgeKept[] = [
  { what: 'Where a card, pass or ticket went through last', tables: ['presence'], until: '16 hours' },
  {
    what: 'Acts begun, and how they ended: who a gate was released for, what was printed',
    tables: ['intent'],
    until: '3 months',
  },
  { what: 'The last code of each pass', tables: ['used_code'], until: '3 months' },
  {
    what: 'Spent tickets',
    tables: ['spent_ticket'],
    until: '3 months; then a digest of the id, so that none opens twice',
  },
  {
    what: 'What the other boxes of the club may ask for',
    tables: ['peer_share'],
    until: '10 minutes to 45 days (W-PEER-7)',
  },
  {
    what: 'Events, and what was sealed for the base',
    tables: ['outbox', 'attachment', 'push_receipt'],
    until: 'the base and its backups have them, 3 months at most; what the base has not, until it has',
  },
  {
    what: 'The member book, as the base tells it',
    tables: ['book_record', 'book_credential', 'book_number', 'book_staged'],
    until: 'the base says otherwise',
  },
  {
    what: 'What kiosks of the club sold, renewed and ended, by id',
    tables: ['own_change', 'own_change_event', 'book_own_before'],
    until: 'as the event of it; from another box 45 days, once the base has it',
  },
  {
    what: 'Name and photo of the club’s own people (encrypted)',
    tables: ['book_person', 'book_photo'],
    until: 'the base says otherwise; who was sold to here and was never told of, 45 days',
  },
  { what: 'The visit in flight (encrypted)', tables: ['visit'], until: 'its end' },
  {
    what: 'Sales, and orders carried out, by id',
    tables: ['sale', 'offline_approval', 'used_order'],
    until: 'as long as the fiscal journal',
  },
  {
    what: 'Fiscal journal, by id',
    tables: ['fiscal_record', 'fiscal_registration', 'fiscal_purge', 'fiscal_key', 'journal_break'],
    until: '120 months, by law',
  },
  {
    what: 'Orders to forget somebody, by id',
    tables: ['purge_order'],
    until: 'stay; which cards they had goes with the answer',
  },
  {
    what: 'Counts, keys, standing of gates: nothing of a person',
    tables: [
      'clock',
      'dispenser_counts',
      'edge_state',
      'gate_alarm',
      'gate_order',
      'gate_standing',
      'identity',
      'peer_cursor',
      'zone_count',
    ],
    until: '–',
  },
];
