import type { ClubPeople } from './club-people.ts';
import type { Tx } from './connection.ts';
import type { GateRecords } from './gate-records.ts';
import type { Intents } from './intents.ts';
import type { MemberBook } from './member-book.ts';
import type { Passages } from './passages.ts';
import type { PeerShares } from './peer-shares.ts';
import type { PurgeOrders } from './purge-orders.ts';
import type { PushReceipts } from './push-receipts.ts';

interface Parts {
  readonly book: MemberBook;
  readonly intents: Intents;
  readonly passages: Passages;
  readonly peers: PeerShares;
  readonly receipts: PushReceipts;
  readonly purgeOrders: PurgeOrders;
  readonly gates: GateRecords;
  readonly people: ClubPeople;
}

/** Rows in one transaction: a gate waits for no more than one of them. */
const rowsAtOnce = 200;

export interface Ending {
  readonly nowMs: number;
  /** The end of the term of the entry log: who went through before is nobody's to know any more. */
  readonly beforeMs: number;
  /** True ends it between two pieces; the next time goes on. */
  readonly isStopping: () => boolean;
}

/** How many rows of each table ended. */
export type Ended = Readonly<Record<string, number>>;

/**
 * Ends what this box has kept long enough (RT8 to RT11, sync-service/privacy/kept/SPEC.md; kept-table.ts says of every table until
 * when). In pieces, each a transaction of its own; a power cut between two of them loses nothing.
 */
export async function endAged(
  write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>,
  { book, intents, passages, peers, receipts, purgeOrders, gates, people }: Parts,
  { nowMs, beforeMs, isStopping }: Ending,
): Promise<Ended> {
  const pieces: Readonly<Record<string, (tx: Tx) => Promise<number>>> = {
    presence: (tx) => passages.presence.endOld(tx, nowMs, rowsAtOnce),
    intent: (tx) => intents.endBefore(tx, beforeMs, rowsAtOnce),
    used_code: (tx) => passages.usedCodes.endBefore(tx, beforeMs, rowsAtOnce),
    spent_ticket: (tx) => passages.hideSpent(tx, beforeMs, rowsAtOnce),
    peer_share: (tx) => peers.endOver(tx, nowMs, rowsAtOnce),
    purge_order: (tx) => purgeOrders.endCards(tx, rowsAtOnce),
    outbox: (tx) => receipts.eraseAged(tx, nowMs, beforeMs),
    book_person: (tx) => people.endSold(tx, nowMs),
    own_change: (tx) => book.forgetOwnChanges(tx, nowMs, rowsAtOnce),
  };
  const ended: Record<string, number> = {};
  for (const [table, piece] of Object.entries(pieces)) {
    for (let some = -1; some !== 0 && !isStopping(); ) {
      some = await write(piece);
      if (some > 0) ended[table] = (ended[table] ?? 0) + some;
    }
  }
  if (!isStopping()) await write((tx) => gates.tidy(tx));
  return ended;
}
