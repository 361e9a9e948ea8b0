import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { fiscalSignatureHolds, newFiscalKey } from '@portillon/core/journal/fiscal-key.ts';
import { readFields } from '@portillon/core/journal/record-layout.ts';
import { readToldClosing } from '@portillon/core/journal/told-closing.ts';
import sqlite3 from 'sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';
import type { FiscalJournal, FiscalTill } from './fiscal-journal.ts';
import { RecordedLog } from './test/recorded-log.ts';
import { sampleId } from './test/sample-records.ts';
import { sampleCredit, sampleOperator, sampleSale, sampleTill } from './test/sample-takings.ts';

let folder: string;
let clock: VirtualClock;
let store: EdgeStore;
let journal: FiscalJournal;

const at = (iso: string) => clock.setWall(Date.parse(iso));

async function openStore(): Promise<EdgeStore> {
  const opened = await EdgeStore.open({
    folder: join(folder, 'edge'),
    clock,
    random: new SeededRandom(5),
    log: new RecordedLog(),
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

async function openJournal(till: FiscalTill = sampleTill): Promise<FiscalJournal> {
  const opened = await store.openJournal(till);
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  return opened.value;
}

async function restart(): Promise<void> {
  await store.close();
  store = await openStore();
}

/** The database as somebody with the disk and a tool of his own reaches it. */
function onTheFile<Row>(...statements: string[]): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const handle = new sqlite3.Database(join(folder, 'edge', 'edge.sqlite'));
    handle.serialize(() => {
      for (const statement of statements.slice(0, -1)) handle.run(statement);
      handle.all(statements.at(-1) ?? '', (error: Error | null, rows: Row[]) => {
        handle.close();
        if (error) reject(error);
        else resolve(rows);
      });
    });
  });
}

interface Row {
  readonly no: number;
  readonly type: string;
  readonly text: string;
  readonly payload: string;
  readonly signature: string;
}
const rowsOf = (chain: string) =>
  onTheFile<Row>(
    `SELECT no, type, text, payload, signature FROM fiscal_record WHERE chain = '${chain}' ORDER BY no`,
  );
const typesOf = async (chain: string) => (await rowsOf(chain)).map(({ type }) => type);
const sell = (subject = 'sale-1', taking = sampleSale()) =>
  store.write((tx) => journal.appendTaking(tx, taking, subject));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon journal '));
  clock = new VirtualClock(Date.parse('2026-11-22T09:15:42.500+01:00'));
  store = await openStore();
  journal = await openJournal();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('[FJ15] the first start', () => {
  it('makes the key and tells it in the first event', async () => {
    const [event] = await rowsOf('J');
    const fields = readFields('J1', event?.text ?? '');
    expect(fields).toMatchObject({ code: '260', no: '1', first: 'O', operator: 'BORNE' });
    const { detail } = JSON.parse(event?.payload ?? '');
    expect(detail).toMatchObject({ kid: fields?.kid, est: sampleTill.est, version: '0.1.0' });
    expect(fiscalSignatureHolds(detail.publicKey, event?.text ?? '', event?.signature ?? '')).toBe(true);
    expect(await store.keys.names()).toContain(`fiscal-${fields?.kid}`);
  });

  it('happens once; later starts tell only what has changed', async () => {
    await restart();
    await openJournal();
    expect(await typesOf('J')).toEqual(['initialisation']);
    await openJournal({ ...sampleTill, software: { version: '0.2.0', perimeter: 'a'.repeat(64) } });
    await openJournal({
      ...sampleTill,
      est: '99999999900012',
      software: { version: '0.2.0', perimeter: 'a'.repeat(64) },
    });
    await openJournal({
      ...sampleTill,
      est: '99999999900012',
      software: { version: '0.2.0', perimeter: 'a'.repeat(64) },
    });
    expect(await typesOf('J')).toEqual(['initialisation', 'software-change', 'taxpayer-change']);
  });
});

it.each([
  ['an establishment with a name', { est: 'Cadence Lyon' }],
  ['a till with a comma', { till: 'B,1' }],
  ['a version that is none', { software: { version: '', perimeter: '' } }],
])('[FJ18] %s is found at the start, not at a sale', async (_, over) => {
  expect(await store.openJournal({ ...sampleTill, ...over })).toMatchObject({
    ok: false,
    error: { code: 'config.invalid' },
  });
});

it('[FJ18] a disk stays the till that it was', async () => {
  await restart();
  expect(await store.openJournal({ ...sampleTill, till: 'B02' })).toMatchObject({
    ok: false,
    error: { code: 'config.invalid', detail: 'the journal of this disk is that of till "B01"' },
  });
});

describe('takings', () => {
  it('[FJ5] follow each other, with the totals after each', async () => {
    await sell('sale-1');
    await store.write((tx) => journal.appendTaking(tx, sampleCredit(1), 'sale-1'));
    await sell('sale-2');
    const rows = await rowsOf('T');
    const fields = rows.map(({ text }) => readFields('T1', text));
    expect(fields).toMatchObject([
      {
        no: '1',
        type: 'VENTE',
        first: 'O',
        prev: '',
        perp: '4045',
        perpAbs: '4045',
        vat: '2000:2990|550:1055',
      },
      { no: '2', type: 'AVOIR', first: 'N', prev: rows[0]?.signature, perp: '0', perpAbs: '8090' },
      { no: '3', type: 'VENTE', first: 'N', prev: rows[1]?.signature, perp: '4045', perpAbs: '12135' },
    ]);
    expect((await journal.takingsOf('sale-1')).map(({ no }) => no)).toEqual([1, 2]);
  });

  it('[FJ5] [I3] keep their numbers without gap or double under fifty writers at once, some of which fail', async () => {
    const refusal = new Error('the membership could not be written');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        store.write(async (tx) => {
          const { no } = await journal.appendTaking(tx, sampleSale(1_000 + index), `sale-${index}`);
          if (index % 7 === 3) throw refusal;
          return no;
        }),
      ),
    );
    const kept = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(kept).toHaveLength(43);
    expect(kept.map(({ value }) => value)).toEqual(kept.map((_, index) => index + 1));
    const rows = await rowsOf('T');
    expect(rows.map(({ no }) => no)).toEqual(kept.map((_, index) => index + 1));
    for (const [index, { text }] of rows.entries())
      expect(readFields('T1', text)?.prev).toBe(rows[index - 1]?.signature ?? '');
    await restart();
    await openJournal();
  });

  it('[FJ18] go with their sale when they cannot be written', async () => {
    at('2026-11-22T10:00:00+01:00');
    await sell();
    at('2026-11-23T10:00:00+01:00');
    await sell();
    at('2026-11-22T23:00:00+01:00');
    await expect(
      store.write(async (tx) => {
        await store.sales.saveSale(tx, {
          saleId: sampleId(40),
          reference: 'AAAA-BBBB',
          paymentReference: null,
          state: 'completed',
          json: '{}',
        });
        await journal.appendTaking(tx, sampleSale(), 'sale-3');
      }),
    ).rejects.toMatchObject({ fault: { code: 'journal.period-closed' } });
    expect(await onTheFile('SELECT * FROM sale')).toEqual([]);
  });

  it('[FJ10] undo only what was sold', async () => {
    await expect(sell('sale-1', sampleCredit(1))).rejects.toThrow('no sale that can be undone');
    await sell();
    await sell('sale-1', sampleCredit(1));
    await expect(sell('sale-1', sampleCredit(2))).rejects.toThrow('no sale that can be undone');
  });
});

describe('closings', () => {
  it('[FJ11] sum up the day before the first record of the next one', async () => {
    await sell();
    await sell('sale-2', sampleSale(500, 100, 'SEPA'));
    await store.write((tx) =>
      journal.appendDuplicate(tx, { original: 'T1', originalNo: 1, channel: 'PRINT', operator: 'BORNE' }),
    );
    await store.write((tx) => journal.appendTraining(tx, sampleSale(), sampleOperator, 'practice'));
    at('2026-11-24T08:00:00+01:00');
    await sell('sale-3');
    const rows = await rowsOf('C');
    expect(rows.map(({ text }) => readFields('C1', text)?.period)).toEqual(['20261122', '20261123']);
    expect(JSON.parse(rows[0]?.payload ?? '')).toMatchObject({
      from: '2026-11-22T00:00:00+01:00',
      to: '2026-11-23T00:00:00+01:00',
      tickets: { first: 1, last: 2, sales: 2, refunds: 0, cancelled: 0 },
      copies: 1,
      training: 1,
      pay: [
        { means: 'CB', amount: 4045 },
        { means: 'SEPA', amount: 600 },
      ],
      total: 4645,
      perpSigned: 4645,
      lastSig: (await rowsOf('T'))[1]?.signature,
    });
    expect(JSON.parse(rows[1]?.payload ?? '')).toMatchObject({
      tickets: { first: 0, last: 0 },
      total: 0,
      perpSigned: 4645,
    });
    expect((await typesOf('J')).slice(1)).toEqual(['closing-day-or-month', 'closing-day-or-month']);
  });

  it('[FJ11] take months and years along, once, after days without power', async () => {
    at('2026-12-30T10:00:00+01:00');
    await sell();
    at('2027-01-02T00:00:03+01:00');
    await restart();
    journal = await openJournal();
    const close = () => store.write((tx) => journal.closeWhatIsDue(tx));
    expect((await close()).map(({ level, period }) => `${level} ${period}`)).toEqual([
      'J 2026-12-30',
      'J 2026-12-31',
      'M 2026-12',
      'A 2026',
      'J 2027-01-01',
    ]);
    expect(await close()).toEqual([]);
    const [, , month, year] = await rowsOf('C');
    expect(JSON.parse(month?.payload ?? '')).toMatchObject({ closings: [1, 2], total: 4045, totalHt: 3492 });
    expect(JSON.parse(year?.payload ?? '')).toMatchObject({ closings: [3], total: 4045, perpHt: 3492 });
    expect((await typesOf('J')).filter((type) => type === 'closing-year')).toHaveLength(1);
  });

  it('[FJ12] let nothing into a closed day, but events', async () => {
    await sell();
    at('2026-11-23T00:00:00+01:00');
    await store.write((tx) => journal.closeWhatIsDue(tx));
    expect(await journal.refusal()).toBeNull();
    at('2026-11-22T23:59:59+01:00');
    expect(await journal.refusal()).toMatchObject({ code: 'journal.period-closed' });
    const refused = { fault: { code: 'journal.period-closed' } };
    await expect(sell()).rejects.toMatchObject(refused);
    await expect(
      store.write((tx) => journal.appendTraining(tx, sampleSale(), sampleOperator, 'x')),
    ).rejects.toMatchObject(refused);
    await expect(
      store.write((tx) =>
        journal.appendDuplicate(tx, { original: 'T1', originalNo: 1, channel: 'EMAIL', operator: 'BORNE' }),
      ),
    ).rejects.toMatchObject(refused);
    await store.write((tx) => journal.appendEvent(tx, 'clock-jump', { to: '2026-11-22T22:59:59Z' }));
    expect(await typesOf('T')).toEqual(['VENTE']);
  });

  it('[FJ12] tell of a clock that was set back within the open day', async () => {
    at('2026-11-22T12:00:00+01:00');
    await sell();
    at('2026-11-22T11:59:30+01:00');
    await sell('sale-2');
    at('2026-11-22T11:00:00+01:00');
    await sell('sale-3');
    expect(await typesOf('J')).toEqual(['initialisation', 'clock-jump']);
  });

  it('[FJ13] wait for a person when more than 400 days are open', async () => {
    await sell();
    at('2028-02-01T10:00:00+01:00');
    const doubtful = { fault: { code: 'journal.clock-doubtful' } };
    expect(await journal.refusal()).toMatchObject({ code: 'journal.clock-doubtful' });
    await expect(sell()).rejects.toMatchObject(doubtful);
    await expect(store.write((tx) => journal.closeWhatIsDue(tx))).rejects.toMatchObject(doubtful);
    expect(await rowsOf('C')).toEqual([]);
    const written = await store.write((tx) => journal.confirmClock(tx, sampleOperator));
    expect(written.filter(({ level }) => level === 'J')).toHaveLength(436);
    await sell();
  });
});

describe('duplicates and practice', () => {
  it('[FJ16] count for each original by itself, whatever the channel', async () => {
    await sell();
    await sell('sale-2');
    const again = (originalNo: number, channel: 'PRINT' | 'EMAIL') =>
      store.write((tx) =>
        journal.appendDuplicate(tx, { original: 'T1', originalNo, channel, operator: sampleOperator }),
      );
    const copies = [await again(1, 'PRINT'), await again(2, 'EMAIL'), await again(1, 'EMAIL')];
    expect(copies.map(({ copyNo }) => copyNo)).toEqual([1, 1, 2]);
    await expect(again(3, 'PRINT')).rejects.toThrow('is there to be handed out again');
  });

  it('[FJ14] keep practice out of chain and totals of the takings', async () => {
    await sell();
    await store.write((tx) => journal.appendTraining(tx, sampleSale(), sampleOperator, 'practice'));
    await sell('sale-2');
    const rows = await rowsOf('T');
    expect(rows.map(({ text }) => readFields('T1', text)?.perp)).toEqual(['4045', '8090']);
    expect(await typesOf('X')).toEqual(['VENTE']);
  });
});

it('[FJ26] each closing is told to the base by the transaction that writes it, word for word', async () => {
  await sell();
  at('2026-11-24T08:00:00+01:00');
  await expect(
    store.write(async (tx) => {
      await journal.closeWhatIsDue(tx);
      throw new Error('the power fails');
    }),
  ).rejects.toThrow();
  expect(await store.outbox.after(0, 10)).toEqual([]);
  await store.write((tx) => journal.closeWhatIsDue(tx));
  const told = (await store.outbox.after(0, 10)).map(({ body }) => JSON.parse(body));
  const closings = await rowsOf('C');
  expect(told.map(({ type, text, payload, signature }) => ({ type, text, payload, signature }))).toEqual(
    closings.map(({ text, payload, signature }) => ({ type: 'till.closed', text, payload, signature })),
  );
  expect(told.map(readToldClosing)).toMatchObject([
    { closing: { period: '2026-11-22', total: 4_045 }, previousSignature: '' },
    { closing: { period: '2026-11-23', total: 0 }, previousSignature: closings[0]?.signature },
  ]);
});

it('[FJ25] a till in practice takes no money, through a restart, until it is ended', async () => {
  expect(await journal.practice()).toBeNull();
  await store.write((tx) => journal.appendEvent(tx, 'training-start', {}, sampleOperator));
  expect(await journal.practice()).toEqual({ operator: sampleOperator, eventNo: 2 });
  await restart();
  journal = await openJournal();
  expect(await journal.practice()).toMatchObject({ operator: sampleOperator });
  await expect(sell()).rejects.toThrow('a till in practice takes no money');
  await store.write((tx) => journal.appendTraining(tx, sampleSale(), sampleOperator, 'practice'));
  expect(await journal.practisesOf('practice')).toMatchObject([{ no: 1, chain: 'X' }]);
  await store.write((tx) => journal.appendEvent(tx, 'training-end', {}, sampleOperator));
  expect(await journal.practice()).toBeNull();
  await sell();
  expect(await typesOf('T')).toEqual(['VENTE']);
});

describe('[FJ18] the key', () => {
  const keyName = async () => (await store.keys.names()).find((name) => name.startsWith('fiscal-')) ?? '';
  const openingFault = async () => {
    await restart();
    const opened = await store.openJournal(sampleTill);
    return opened.ok ? null : opened.error.code;
  };

  it('that is missing is a fault, and no other is made', async () => {
    await sell();
    await store.keys.destroy(await keyName());
    expect(await openingFault()).toBe('journal.key-lost');
    expect(await keyName()).toBe('');
  });

  it('that cannot be read is a fault', async () => {
    await store.keys.write(await keyName(), new Uint8Array([1, 2, 3]));
    expect(await openingFault()).toBe('journal.key-lost');
  });

  it('that is another one is a fault', async () => {
    await store.keys.write(await keyName(), newFiscalKey());
    expect(await openingFault()).toBe('journal.key-wrong');
  });

  it('that was made by a start that power ended is replaced', async () => {
    await store.close();
    await rm(join(folder, 'edge'), { recursive: true });
    store = await openStore();
    await store.keys.write('fiscal-0123456789abcdef', newFiscalKey());
    journal = await openJournal();
    await sell();
    expect(await rowsOf('T')).toHaveLength(1);
  });
});

describe('[FJ19] a new key', () => {
  it('is named by the old one, confirms that itself, and signs from then on', async () => {
    await sell();
    const [oldName] = (await store.keys.names()).filter((name) => name.startsWith('fiscal-'));
    await journal.rotateKey(sampleOperator);
    await sell('sale-2');
    const [, byOld, byNew] = await rowsOf('J');
    const detail = JSON.parse(byOld?.payload ?? '').detail;
    expect(JSON.parse(byNew?.payload ?? '').detail).toEqual(detail);
    expect(readFields('J1', byOld?.text ?? '')).toMatchObject({ code: 'P10', kid: detail.kid });
    expect(readFields('J1', byNew?.text ?? '')).toMatchObject({
      code: 'P10',
      kid: detail.nextKid,
      prev: byOld?.signature,
    });
    const takings = await rowsOf('T');
    expect(readFields('T1', takings[1]?.text ?? '')).toMatchObject({
      kid: detail.nextKid,
      prev: takings[0]?.signature,
      perp: '8090',
    });
    const names = (await store.keys.names()).filter((name) => name.startsWith('fiscal-'));
    expect(names).toEqual([`fiscal-${detail.nextKid}`]);
    expect(names).not.toContain(oldName);
    await restart();
    journal = await openJournal();
    await sell('sale-3');
  });
});

describe('[FJ20] the database', () => {
  beforeEach(async () => {
    await sell();
    await sell('sale-2');
  });

  it.each([
    ["UPDATE fiscal_record SET payload = '{}' WHERE no = 1", /never changed/],
    ["UPDATE fiscal_record SET subject = 'x'", /never changed/],
    ["DELETE FROM fiscal_record WHERE chain = 'T' AND no = 2", /never deleted/],
    ["DELETE FROM fiscal_record WHERE chain = 'J'", /never deleted/],
    ['DELETE FROM fiscal_key', /never forgotten/],
    ["UPDATE fiscal_key SET kid = 'x'", /never changed/],
    [
      "INSERT INTO fiscal_record SELECT chain, 4, type, at_ms, filed_ms, subject, text, payload, prev_signature, signature FROM fiscal_record WHERE chain = 'T' AND no = 2",
      /follows the last one/,
    ],
    [
      "INSERT INTO fiscal_record SELECT chain, 3, type, at_ms, filed_ms, subject, text, payload, prev_signature, signature FROM fiscal_record WHERE chain = 'T' AND no = 2",
      /follows the last one/,
    ],
    [
      "INSERT OR REPLACE INTO fiscal_record SELECT * FROM fiscal_record WHERE chain = 'T' AND no = 2",
      /follows the last one/,
    ],
    ["INSERT INTO fiscal_purge VALUES ('T', 1, 'x', 1)", /names its archive/],
  ])('refuses %s', async (statement, message) => {
    await expect(onTheFile(statement)).rejects.toThrow(message);
    await expect(store.write((tx) => tx.run(statement))).rejects.toThrow(message);
    expect(await rowsOf('T')).toHaveLength(2);
  });

  it.each([
    [
      'a changed payload',
      "UPDATE fiscal_record SET payload = replace(payload, '2990', '2090') WHERE chain = 'T' AND no = 2",
      'T1 number 2 has another payload',
    ],
    [
      'a changed string',
      "UPDATE fiscal_record SET text = replace(text, 'VENTE', 'AVOIR') WHERE chain = 'T' AND no = 1",
      'T1 number 1 has a wrong signature',
    ],
    [
      'a record taken out',
      "DELETE FROM fiscal_record WHERE chain = 'T' AND no = 1",
      'T1 number 2 begins at 2 and not at 1',
    ],
  ])('[FJ18] and a start finds %s, made behind its back', async (_, statement, detail) => {
    await onTheFile('DROP TRIGGER fiscal_record_stays', 'DROP TRIGGER fiscal_record_kept', statement);
    await restart();
    const opened = await store.openJournal(sampleTill);
    expect(opened).toMatchObject({ ok: false, error: { code: 'journal.broken', detail } });
    expect(await typesOf('J')).toEqual(['initialisation', 'integrity-failure']);
  });
});

it('[FJ17] an older copy of the disk is behind what was noted elsewhere, and sells nothing', async () => {
  await sell();
  const early = await journal.heads();
  expect(await journal.compareWith(early)).toBe('same');
  await sell('sale-2');
  const noted = await journal.heads();
  expect(await journal.compareWith(early)).toBe('ahead');
  expect(await journal.compareWith([...noted, { chain: 'A', no: 1, signature: 'x' }])).toBe('behind');
  expect(await journal.refusal()).toMatchObject({ code: 'journal.older-copy' });
  await expect(sell('sale-3')).rejects.toMatchObject({ fault: { code: 'journal.older-copy' } });
  expect(await journal.compareWith(early.map((head) => ({ ...head, signature: 'x' })))).toBe('forked');
  await expect(sell('sale-3')).rejects.toMatchObject({ fault: { code: 'journal.forked' } });
  expect(await journal.compareWith(noted)).toBe('same');
  await sell('sale-3');
});
