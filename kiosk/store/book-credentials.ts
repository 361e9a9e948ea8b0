import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { Reader, Tx } from './connection.ts';
import { CredentialPacking } from './credential-packing.ts';
import { idBytesLength } from './credential-shard.ts';
import { bytesOfId, CredentialTable, idOfHex } from './credential-table.ts';
import { IdNumbers } from './id-numbers.ts';

export type CredentialChange = Extract<FeedRecord, { kind: 'credential' }>;

/** Rows read, or deleted, at a time: between two of them a gate gets its turn. */
const rowsAtOnce = 2_000;
const firstId = '';

/** One row after the other: length of the packed bytes in three bytes, id, packed bytes. */
const rowsAsHex = `group_concat(printf('%06X', length(packed)) || hex(id) || hex(packed), '')`;

type Write = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/**
 * The credentials of the member book, in memory (`table`) and on the disk. Those on the disk carry a generation: a snapshot
 * is written under the next one while the current one decides; then one statement makes the next the current one, and the
 * memory follows, record by record, where the two differ.
 */
export class BookCredentials {
  readonly table: CredentialTable;
  readonly #read: Reader;
  readonly #numbers = new IdNumbers();
  readonly #packing = new CredentialPacking(this.#numbers);
  #generation = 0;
  /** While the memory follows a new generation: what was put meanwhile is newer than what is read. */
  #putMeanwhile: Set<string> | null = null;

  constructor(read: Reader) {
    this.#read = read;
    this.table = new CredentialTable(this.#packing);
  }

  async load(): Promise<void> {
    await this.#numbers.load(this.#read);
    const state = await this.#read.get<{ generation: number }>(
      'SELECT book_generation AS generation FROM edge_state',
    );
    this.#generation = state?.generation ?? 0;
    for (let after: string | null = firstId; after !== null; ) {
      const page: PageRow | null = await this.#read.get<PageRow>(
        `SELECT hex(max(id)) AS last, ${rowsAsHex} AS rows FROM (
           SELECT id, packed FROM book_credential WHERE generation = ? AND id > unhex(?) ORDER BY id LIMIT ${rowsAtOnce})`,
        [this.#generation, after],
      );
      this.#take(page?.rows ?? null);
      after = page?.last || null;
    }
  }

  /** The last change of each, part of `tx`; in memory once that is durable. */
  async put(tx: Tx, changes: readonly CredentialChange[]): Promise<void> {
    if (changes.length === 0) return;
    const last = new Map(changes.map(({ id, record }) => [id, record && this.#packing.pack(record)]));
    const rows = JSON.stringify([...last].map(([id, packed]) => [hexOf(id), packed?.toString('hex')]));
    await this.#numbers.keep(tx);
    await tx.run(
      `INSERT INTO book_credential (generation, id, packed)
       SELECT (SELECT book_generation FROM edge_state), unhex(value->>0), unhex(value->>1)
         FROM json_each(?) WHERE value->>1 IS NOT NULL
       ON CONFLICT (generation, id) DO UPDATE SET packed = excluded.packed`,
      [rows],
    );
    await tx.run(
      `DELETE FROM book_credential WHERE generation = (SELECT book_generation FROM edge_state)
          AND id IN (SELECT unhex(value->>0) FROM json_each(?) WHERE value->>1 IS NULL)`,
      [rows],
    );
    tx.onCommitted(() => {
      for (const [id, packed] of last) {
        this.#putMeanwhile?.add(id);
        if (packed) this.table.setPacked(bytesOfId(id), packed, 0, packed.length);
        else this.table.delete(id);
      }
    });
  }

  /** As the transaction sees it. */
  async inTx(tx: Tx, id: string): Promise<CredentialRecord | null> {
    const row = await tx.get<{ packed: Buffer }>(
      `SELECT packed FROM book_credential
        WHERE generation = (SELECT book_generation FROM edge_state) AND id = unhex(?)`,
      [hexOf(id)],
    );
    return row && this.#packing.unpack(row.packed);
  }

  /** Records of a snapshot, under the next generation. May be written again. */
  async stage(
    tx: Tx,
    records: readonly { readonly id: string; readonly record: CredentialRecord }[],
  ): Promise<void> {
    if (records.length === 0) return;
    const rows = records.map(({ id, record }) => [hexOf(id), this.#packing.pack(record).toString('hex')]);
    await this.#numbers.keep(tx);
    await tx.run(
      `INSERT OR REPLACE INTO book_credential (generation, id, packed)
       SELECT (SELECT book_generation + 1 FROM edge_state), unhex(value->>0), unhex(value->>1) FROM json_each(?)`,
      [JSON.stringify(rows)],
    );
  }

  /** Of these, those of which the snapshot tells. */
  async staged(tx: Tx, ids: readonly string[]): Promise<Map<string, CredentialRecord>> {
    const rows = await tx.all<{ id: string; packed: Buffer }>(
      `SELECT hex(id) AS id, packed FROM book_credential
        WHERE generation = (SELECT book_generation + 1 FROM edge_state)
          AND id IN (SELECT unhex(value) FROM json_each(?))`,
      [JSON.stringify(ids.map(hexOf))],
    );
    return new Map(rows.map(({ id, packed }) => [idOfHex(id), this.#packing.unpack(packed)]));
  }

  /** Makes what was staged the book (W-SNAP-6). Call `follow` once it is durable. */
  async swap(tx: Tx): Promise<void> {
    await tx.run('UPDATE edge_state SET book_generation = book_generation + 1');
    tx.onCommitted(() => {
      this.#generation += 1;
      this.#putMeanwhile = new Set();
    });
  }

  /** Brings the memory from the generation before to the current one. Decisions go on meanwhile, with either record. */
  async follow(): Promise<void> {
    const [before, now] = [this.#generation - 1, this.#generation];
    for (let after: string | null = firstId; after !== null; ) {
      const page: PageRow | null = await this.#read.get<PageRow>(
        `SELECT hex(max(id)) AS last, ${rowsAsHex} FILTER (WHERE differs) AS rows FROM (
           SELECT told.id, told.packed, told.packed IS NOT known.packed AS differs
             FROM (SELECT id, packed FROM book_credential WHERE generation = ? AND id > unhex(?)
                    ORDER BY id LIMIT ${rowsAtOnce}) AS told
             LEFT JOIN book_credential AS known ON known.generation = ? AND known.id = told.id)`,
        [now, after, before],
      );
      this.#take(page?.rows ?? null);
      after = page?.last || null;
    }
    for (let after: string | null = firstId; after !== null; ) {
      const page: PageRow | null = await this.#read.get<PageRow>(
        `SELECT hex(max(id)) AS last, group_concat(hex(id), ' ') FILTER (WHERE isGone) AS rows FROM (
           SELECT known.id, told.id IS NULL AS isGone
             FROM (SELECT id FROM book_credential WHERE generation = ? AND id > unhex(?)
                    ORDER BY id LIMIT ${rowsAtOnce}) AS known
             LEFT JOIN book_credential AS told ON told.generation = ? AND told.id = known.id)`,
        [before, after, now],
      );
      for (const hex of page?.rows?.split(' ') ?? []) {
        const id = idOfHex(hex);
        if (!this.#putMeanwhile?.has(id)) this.table.delete(id);
      }
      after = page?.last || null;
    }
    this.#putMeanwhile = null;
  }

  /** Deletes rows of generations that are over, or of a snapshot that is not gone on with; a piece at a time. */
  async tidy(write: Write, which: 'over' | 'staged'): Promise<void> {
    const range = which === 'over' ? 'generation < book_generation' : 'generation > book_generation';
    for (let deleted = rowsAtOnce; deleted === rowsAtOnce; ) {
      deleted = await write((tx) =>
        tx.run(
          `DELETE FROM book_credential WHERE (generation, id) IN (
             SELECT generation, id FROM book_credential, edge_state WHERE ${range} LIMIT ${rowsAtOnce})`,
        ),
      );
    }
  }

  #take(rows: string | null): void {
    if (rows === null) return;
    const bytes = Buffer.from(rows, 'hex');
    for (let at = 0; at < bytes.length; ) {
      const id = bytes.subarray(at + 3, at + 3 + idBytesLength);
      const start = at + 3 + idBytesLength;
      const end = start + bytes.readUIntBE(at, 3);
      const isNewer = this.#putMeanwhile?.size && this.#putMeanwhile.has(idOfHex(id.toString('hex')));
      if (!isNewer) this.table.setPacked(id, bytes, start, end);
      at = end;
    }
  }
}

interface PageRow {
  /** Null, or empty, at the end. */
  readonly last: string | null;
  readonly rows: string | null;
}

function hexOf(id: string): string {
  return bytesOfId(id).toString('hex');
}
