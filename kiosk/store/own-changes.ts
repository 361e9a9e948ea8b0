import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import type { FeedIncludes } from '@portillon/sync-service/agent/agent-store.ts';
import type { BookCredentials, CredentialChange } from './book-credentials.ts';
import type { Reader, Tx } from './connection.ts';
import { bytesOfId, idOfHex } from './credential-table.ts';
import { mergedRecord } from './merged-record.ts';

/** Of an event whose number another box did not tell: greater than that of any. */
const unknownSeq = Number.MAX_SAFE_INTEGER;
/** As long as boxes share what they have changed (W-PEER-10). */
const heardLongAgoMs = 45 * 86_400_000;
const gone = 'null';

/** What a kiosk of this club has made of a credential. */
export interface OwnChange {
  readonly credentialId: string;
  readonly record: CredentialRecord;
  /** The box that reports it to the base; null for this one. */
  readonly edgeId: string | null;
  /** Of the event that reports it; null where a box of the version before does not tell. */
  readonly eventSeq: number | null;
  /** When what it is good for was sold or renewed (AC49); null where it was not. */
  readonly soldAtMs: number | null;
  readonly nowMs: number;
}

interface Row {
  readonly id: string;
  readonly known: string | null;
  readonly ours: string;
  readonly told: string | null;
  readonly open: number;
  /** For an event of this box. */
  readonly waits: number;
  /** For an event of another box, whose number is known. */
  readonly waitsForBoxes: number;
}

/** What the base tells now, JSON. */
interface News {
  readonly id: string;
  readonly told: string | null;
  readonly open: 0 | 1;
}

const eventOfIt = 'SELECT 1 FROM own_change_event AS event WHERE event.id = own_change.id';
const columns = `hex(own_change.id) AS id, known, ours, told, open, EXISTS (${eventOfIt} AND edge = '') AS waits,
  EXISTS (${eventOfIt} AND edge <> '' AND seq < ${unknownSeq}) AS waitsForBoxes`;

/**
 * What this club has changed by itself in the member book, over what the base tells (W-OWN-1 to W-OWN-6):
 *
 *     made ──▶ open ──▶ settled ──▶ forgotten     open: the book shows both, merged
 *               ▲          │                      settled: it shows what the base tells
 *               └──────────┘ the base has lost the event
 */
export class OwnChanges {
  readonly #credentials: BookCredentials;
  readonly #soldAtMs = new Map<string, number>();

  constructor(credentials: BookCredentials) {
    this.#credentials = credentials;
  }

  async load(read: Reader): Promise<void> {
    const rows = await read.all<{ id: string; soldAtMs: number }>(
      'SELECT hex(id) AS id, sold_at_ms AS soldAtMs FROM own_change WHERE sold_at_ms IS NOT NULL',
    );
    for (const { id, soldAtMs } of rows) this.#soldAtMs.set(idOfHex(id), soldAtMs);
  }

  /** What the version before has left, once. When it was sold is not known. */
  async takeOverOlder(tx: Tx, nowMs: number): Promise<void> {
    const rows = await tx.all<{ id: string; seq: number }>(
      'SELECT hex(id) AS id, event_seq AS seq FROM book_own_before',
    );
    for (const { id: hex, seq } of rows) {
      const id = idOfHex(hex);
      const record = await this.#credentials.inTx(tx, id);
      if (!record) continue;
      const isOurs = seq < unknownSeq;
      await tx.run(
        'INSERT INTO own_change (id, known, ours, told, sold_at_ms, open) VALUES (?, NULL, ?, NULL, NULL, 1)',
        [bytesOfId(id), JSON.stringify(record)],
      );
      await tx.run('INSERT INTO own_change_event (id, edge, seq, heard_at_ms) VALUES (?, ?, ?, ?)', [
        ...[bytesOfId(id), isOurs ? '' : 'another box', seq],
        Math.floor(nowMs),
      ]);
    }
    await tx.run('DELETE FROM book_own_before');
  }

  /** From memory, as committed. */
  soldAtMs(credentialId: string): number | null {
    return this.#soldAtMs.get(credentialId) ?? null;
  }

  /** In the transaction of its event. The book shows it at once. */
  async make(tx: Tx, change: OwnChange): Promise<void> {
    const { credentialId, record, edgeId, eventSeq, soldAtMs, nowMs } = change;
    const before = await this.#row(tx, credentialId);
    const inBook = await this.#credentials.inTx(tx, credentialId);
    const told = before ? before.told : inBook && JSON.stringify(inBook);
    const kept = await tx.get<{ soldAtMs: number | null }>(
      `INSERT INTO own_change (id, known, ours, told, sold_at_ms, open) VALUES (?, ?, ?, ?, ?, 1)
       ON CONFLICT (id) DO UPDATE SET known = excluded.known, ours = excluded.ours, open = 1,
         sold_at_ms = COALESCE(excluded.sold_at_ms, sold_at_ms)
       RETURNING sold_at_ms AS soldAtMs`,
      [bytesOfId(credentialId), told === gone ? null : told, JSON.stringify(record), told, soldAtMs],
    );
    await tx.run(
      `INSERT INTO own_change_event (id, edge, seq, heard_at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (id, edge) DO UPDATE SET seq = MAX(seq, excluded.seq), heard_at_ms = excluded.heard_at_ms`,
      [bytesOfId(credentialId), edgeId ?? '', eventSeq ?? unknownSeq, Math.floor(nowMs)],
    );
    await this.#put(tx, [{ id: credentialId, record }]);
    tx.onCommitted(() => {
      if (kept?.soldAtMs) this.#soldAtMs.set(credentialId, kept.soldAtMs);
    });
  }

  /**
   * Takes what the base tells of credentials into the book, with what the club has changed and the base does not have yet.
   * Where it says that it has lost events, what they told of is on top again (W-OWN-5).
   */
  async told(tx: Tx, changes: readonly CredentialChange[], includes: FeedIncludes): Promise<void> {
    await this.#reopen(tx, includes);
    const rows = await this.#rowsOf(
      tx,
      changes.map(({ id }) => id),
    );
    if (rows.size === 0) {
      await this.#credentials.put(tx, changes);
      return;
    }
    const shown: CredentialChange[] = [];
    const news: News[] = [];
    const over: string[] = [];
    for (const change of new Map(changes.map((each) => [each.id, each])).values()) {
      const row = rows.get(change.id);
      const ours = row && (JSON.parse(row.ours) as CredentialRecord);
      if (!row || !ours) {
        shown.push(change);
      } else if (change.record) {
        // Where nobody says when the base hears of what another box did, its word counts once it tells anew.
        const isOpen =
          row.open === 1 && (row.waits === 1 || (row.waitsForBoxes === 1 && includes.boxes !== null));
        news.push({ id: change.id, told: JSON.stringify(change.record), open: isOpen ? 1 : 0 });
        const merged = isOpen ? mergedRecord(recordOf(row.known), ours, change.record) : change.record;
        shown.push({ ...change, record: merged });
      } else if (row.open && ours.status !== 'active') {
        news.push({ id: change.id, told: gone, open: 1 });
      } else {
        over.push(change.id);
        shown.push(change);
      }
    }
    await this.#credentials.put(tx, shown);
    await this.#keepTold(tx, news);
    await this.#forget(tx, over);
  }

  async #keepTold(tx: Tx, news: readonly News[]): Promise<void> {
    if (news.length === 0) return;
    await tx.run(
      `UPDATE own_change SET told = value->>1, open = value->>2 FROM json_each(?) WHERE own_change.id = unhex(value->>0)`,
      [JSON.stringify(news.map(({ id, told, open }) => [bytesOfId(id).toString('hex'), told, open]))],
    );
  }

  async #reopen(tx: Tx, { own, boxes }: FeedIncludes): Promise<void> {
    if (own === null && boxes === null) return;
    const rows = await tx.all<Row>(
      `SELECT DISTINCT ${columns} FROM own_change JOIN own_change_event AS event ON event.id = own_change.id
        WHERE NOT open AND seq < ? AND seq > CASE edge WHEN '' THEN ?
          ELSE (SELECT value FROM json_each(?) WHERE key = edge) END`,
      [unknownSeq, own, boxes && JSON.stringify(boxes)],
    );
    if (rows.length === 0) return;
    await this.#setOpen(tx, rows, 1);
    await this.#put(
      tx,
      rows.map((row) => ({ id: idOfHex(row.id), record: shownWhileOpen(row, recordOf(row.told)) })),
    );
  }

  /** After an answer of the feed that was not cut: of what is in what the base tells, its word alone counts (W-OWN-4). */
  async settle(tx: Tx, { own, boxes }: FeedIncludes, nowMs: number): Promise<void> {
    const rows = await tx.all<Row>(
      `SELECT ${columns} FROM own_change WHERE open AND NOT EXISTS (
         SELECT 1 FROM own_change_event AS event WHERE event.id = own_change.id AND CASE edge
           WHEN '' THEN seq > COALESCE(?, -1)
           ELSE heard_at_ms >= ? AND (seq = ? OR ? OR seq > (SELECT value FROM json_each(?) WHERE key = edge)) END)`,
      [own, nowMs - heardLongAgoMs, unknownSeq, boxes === null ? 1 : 0, boxes && JSON.stringify(boxes)],
    );
    if (rows.length === 0) return;
    await this.#setOpen(tx, rows, 0);
    const isGone = ({ told }: Row) => told === gone;
    await this.#put(
      tx,
      rows.flatMap((row) => {
        // Of what the base has never told of, what the club knows stays.
        if (row.told === null) return [];
        return [{ id: idOfHex(row.id), record: recordOf(row.told) }];
      }),
    );
    await this.#forget(
      tx,
      rows.filter(isGone).map(({ id }) => idOfHex(id)),
    );
  }

  /** What no backup of the base can have lost (W-RECEIPT-3), and what other boxes told long ago; some of it. How many. */
  async forgetOver(tx: Tx, nowMs: number, limit: number): Promise<number> {
    const over = await tx.all<{ id: string }>(
      `SELECT hex(id) AS id FROM own_change WHERE NOT open AND NOT EXISTS (
         SELECT 1 FROM own_change_event AS event, edge_state WHERE event.id = own_change.id
            AND CASE edge WHEN '' THEN seq > erased_seq ELSE heard_at_ms >= ? END) LIMIT ?`,
      [nowMs - heardLongAgoMs, limit],
    );
    await this.#forget(
      tx,
      over.map(({ id }) => idOfHex(id)),
    );
    return over.length;
  }

  /**
   * A snapshot is about to take the place of the book: what the club has changed goes over (W-SNAP-6). In another epoch the
   * base may have lost any of it.
   */
  async overSnapshot(tx: Tx, isOtherEpoch: boolean): Promise<void> {
    if (isOtherEpoch) await tx.run('UPDATE own_change SET open = 1');
    const rows = await tx.all<Row>(`SELECT ${columns} FROM own_change`);
    const staged = await this.#credentials.staged(
      tx,
      rows.map(({ id }) => idOfHex(id)),
    );
    const shown: { id: string; record: CredentialRecord }[] = [];
    const news: News[] = [];
    const over: string[] = [];
    for (const row of rows) {
      const id = idOfHex(row.id);
      const told = staged.get(id) ?? null;
      const isEnded = recordOf(row.ours)?.status !== 'active';
      const isUnknown = isOtherEpoch || row.told === null;
      if (told === null && !(row.open && (isUnknown || isEnded))) {
        over.push(id);
        continue;
      }
      const text = told ? JSON.stringify(told) : isUnknown ? null : gone;
      news.push({ id, told: text, open: row.open ? 1 : 0 });
      if (row.open) shown.push({ id, record: shownWhileOpen(row, told) });
    }
    await this.#credentials.stage(tx, shown);
    await this.#keepTold(tx, news);
    await this.#forget(tx, over);
  }

  async #row(tx: Tx, id: string): Promise<Row | null> {
    return (await this.#rowsOf(tx, [id])).get(id) ?? null;
  }

  async #rowsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, Row>> {
    if (ids.length === 0) return new Map();
    const rows = await tx.all<Row>(
      `SELECT ${columns} FROM own_change WHERE id IN (SELECT unhex(value) FROM json_each(?))`,
      [hexList(ids)],
    );
    return new Map(rows.map((row) => [idOfHex(row.id), row]));
  }

  async #setOpen(tx: Tx, rows: readonly Row[], open: 0 | 1): Promise<void> {
    await tx.run('UPDATE own_change SET open = ? WHERE id IN (SELECT unhex(value) FROM json_each(?))', [
      open,
      JSON.stringify(rows.map(({ id }) => id)),
    ]);
  }

  #put(
    tx: Tx,
    rows: readonly { readonly id: string; readonly record: CredentialRecord | null }[],
  ): Promise<void> {
    return this.#credentials.put(
      tx,
      rows.map((row) => ({ kind: 'credential', ...row })),
    );
  }

  async #forget(tx: Tx, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    for (const table of ['own_change', 'own_change_event']) {
      await tx.run(`DELETE FROM ${table} WHERE id IN (SELECT unhex(value) FROM json_each(?))`, [
        hexList(ids),
      ]);
    }
    tx.onCommitted(() => {
      for (const id of ids) this.#soldAtMs.delete(id);
    });
  }
}

function shownWhileOpen({ known, ours }: Row, told: CredentialRecord | null): CredentialRecord {
  const own = JSON.parse(ours) as CredentialRecord;
  return told ? mergedRecord(recordOf(known), own, told) : own;
}

/** Null where there is none, and where it is gone. */
function recordOf(text: string | null): CredentialRecord | null {
  return text === null ? null : (JSON.parse(text) as CredentialRecord | null);
}

function hexList(ids: readonly string[]): string {
  return JSON.stringify(ids.map((id) => bytesOfId(id).toString('hex')));
}
