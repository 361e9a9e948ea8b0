import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invariant } from '@portillon/core/base/invariant.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { fiscalSigner } from '@portillon/core/journal/fiscal-key.ts';
import type { Chain } from '@portillon/core/journal/record-layout.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EdgeStore } from './edge-store.ts';
import type { FiscalJournal } from './fiscal-journal.ts';
import type { StoredRecord } from './fiscal-records.ts';
import { archiveOrFail, openSampleJournal, sellSome } from './test/sample-journal.ts';
import { sampleOperator } from './test/sample-takings.ts';

let folder: string;
let store: EdgeStore;
let journal: FiscalJournal;

const notStopped = new AbortController().signal;
const check = () => store.books.check(notStopped);
const sql = (statement: string, values: readonly (string | number)[] = []) =>
  store.write((tx) => tx.run(statement, values));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon check '));
  const clock = new VirtualClock(Date.parse('2026-01-05T08:00:00Z'));
  ({ store, journal } = await openSampleJournal(folder, clock));
  await sellSome(store, journal, clock, '2026-01-05');
  await journal.rotateKey(sampleOperator);
  await sellSome(store, journal, clock, '2026-01-20');
  clock.setWall(Date.parse('2026-02-01T10:00:00+01:00'));
  await store.write((tx) => journal.closeWhatIsDue(tx));
  await archiveOrFail(journal, '2026-01-01', '2026-02-01');
  await archiveOrFail(journal, '2026-01-01', '2026-02-01');
  await sql('DROP TRIGGER fiscal_record_stays');
  await sql('DROP TRIGGER fiscal_record_kept');
}, 30_000);

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

it('[I3] finds nothing wrong with what the journal wrote, through a change of keys and archives', async () => {
  expect(await check()).toEqual({ counts: { T: 6, X: 2, D: 4, C: 28, J: 33, A: 2 }, broken: null });
});

it('ends soon after it was told to', async () => {
  expect(await store.books.check(AbortSignal.abort())).toBe('stopped');
});

it.each([
  [
    'a changed payload',
    "UPDATE fiscal_record SET payload = payload || ' ' WHERE chain = 'T' AND no = 2",
    'T',
    2,
    'has another payload',
  ],
  [
    'a changed string',
    "UPDATE fiscal_record SET text = replace(text, 'VENTE', 'AVOIR') WHERE chain = 'T' AND no = 1",
    'T',
    1,
    'has a wrong signature',
  ],
  [
    'a record taken out of the middle',
    "DELETE FROM fiscal_record WHERE chain = 'D' AND no = 2",
    'D',
    2,
    'is missing: 3 follows',
  ],
  [
    'an event taken out',
    "DELETE FROM fiscal_record WHERE chain = 'J' AND no = 1",
    'J',
    1,
    'is missing: 2 follows',
  ],
  [
    'a record in the place of another',
    "UPDATE fiscal_record SET (text, prev_signature) = (SELECT text, prev_signature FROM fiscal_record WHERE chain = 'C' AND no = 6) WHERE chain = 'C' AND no = 5",
    'C',
    5,
    'does not follow the one before it',
  ],
  [
    'an unknown key',
    'DELETE FROM fiscal_key WHERE since_event_no = 1',
    'T',
    1,
    'is signed by an unknown key',
  ],
] as const)('[FJ18] finds %s, wherever it lies', async (_, statement, chain, no, problem) => {
  await sql('DROP TRIGGER fiscal_key_kept');
  await sql(statement);
  expect(await check()).toMatchObject({
    broken: { chain, no, problem: expect.stringContaining(problem) },
  });
});

/** Signs a record of somebody's making, as one who has the key of the till could. */
async function forge(
  chain: Chain,
  no: number,
  change: (payload: Record<string, unknown>, fields: string[]) => void,
): Promise<void> {
  const keyId = await store.books.currentKeyId();
  const signer = fiscalSigner((await store.keys.read(`fiscal-${keyId}`)) ?? new Uint8Array());
  const record = await store.write((tx) =>
    tx.get<StoredRecord>('SELECT text, payload FROM fiscal_record WHERE chain = ? AND no = ?', [chain, no]),
  );
  invariant(signer && record, 'there is a record to forge and a key to do it with');
  const fields = record.text.split(',');
  const payload: Record<string, unknown> = JSON.parse(record.payload ?? '{}');
  change(payload, fields);
  const text = canonicalJson(payload);
  if (record.payload !== null) fields[fields.length - 3] = sha256Hex(text);
  await store.write((tx) =>
    tx.run('UPDATE fiscal_record SET text = ?, payload = ?, signature = ? WHERE chain = ? AND no = ?', [
      fields.join(','),
      record.payload === null ? null : text,
      signer.sign(fields.join(',')),
      chain,
      no,
    ]),
  );
}

it.each<[string, Chain, number, (payload: Record<string, unknown>, fields: string[]) => void, string]>([
  ['perpetual totals set back', 'T', 6, (_, fields) => fields.splice(10, 1, '1'), 'has perpetual totals'],
  [
    'payments that are not the total',
    'T',
    6,
    (payload) => {
      payload.pay = [];
    },
    'do not come to one total',
  ],
  [
    'another time in the payload',
    'T',
    6,
    (payload) => {
      payload.dt = '2026-01-20T09:20:01+01:00';
    },
    'says one thing in its string',
  ],
  ['practice without its operator', 'X', 2, (_, fields) => fields.splice(10, 1, 'BORNE'), 'says one thing'],
  [
    'a duplicate counted anew',
    'D',
    4,
    (_, fields) => fields.splice(9, 1, '1'),
    'counts the duplicates of T1:4',
  ],
  [
    'a month that sums up less',
    'C',
    28,
    (payload) => {
      payload.training = 1;
    },
    'sums up other amounts',
  ],
  [
    'a closing that ends on another taking',
    'C',
    28,
    (payload) => {
      payload.lastSig = '';
    },
    'has other perpetual totals',
  ],
  ['an event of another code', 'J', 33, (_, fields) => fields.splice(7, 1, '40'), 'says one thing'],
  [
    'a name in an event',
    'J',
    33,
    (payload) => {
      payload.operator = 'Marie Curie';
    },
    'has a payload of another shape',
  ],
  [
    'an archive that forgets the one before it',
    'A',
    2,
    (payload) => {
      payload.previousArchive = '';
    },
    'does not name the archive before it',
  ],
])('finds %s, although it is signed', async (_, chain, no, change, problem) => {
  await forge(chain, no, change);
  expect(await check()).toMatchObject({ broken: { chain, no, problem: expect.stringContaining(problem) } });
});

it('[FJ19] finds an event signed by a key of another time', async () => {
  // As if the second key had been introduced later than the events that it signed.
  await sql('DROP TRIGGER fiscal_key_stays');
  await sql('UPDATE fiscal_key SET since_event_no = 4 WHERE since_event_no = 3');
  expect(await check()).toMatchObject({
    broken: { chain: 'J', no: 3, problem: expect.stringContaining('of another time') },
  });
});
