import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyArchive } from '../../../tools/verify-journal/verify-journal.mjs';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import { openSampleJournal, sellSome } from '../../store/test/sample-journal.ts';
import { sampleClub } from '../../store/test/sample-records.ts';
import { sampleOperator, sampleSale, sampleTill } from '../../store/test/sample-takings.ts';
import type { DeskRequest } from './desk-request.ts';
import { JournalDesk } from './journal-desk.ts';

let folder: string;
let clock: VirtualClock;
let store: EdgeStore;
let journal: FiscalJournal;
let desk: JournalDesk;
let open: boolean;
let standing: Fault | null;
let club: ClubRecord | null;
let recorded: number;
let log: RecordedLog;
let quiet: boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon desk '));
  clock = new VirtualClock(Date.parse('2026-01-05T08:00:00Z'));
  ({ store, journal } = await openSampleJournal(folder, clock));
  open = true;
  standing = null;
  club = sampleClub();
  recorded = 0;
  log = new RecordedLog();
  quiet = true;
  desk = newDesk();
  await sellSome(store, journal, clock, '2026-01-05');
});

function newDesk(): JournalDesk {
  return new JournalDesk({
    store,
    journal: () => (open ? journal : null),
    fault: () => standing,
    club: () => club,
    software: sampleTill.software,
    log,
    onRecord: () => {
      recorded += 1;
    },
    whileQuiet: async (work) => (quiet ? work() : 'visit-under-way'),
  });
}

afterEach(async () => {
  await desk.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const lastEvent = async (kind: Parameters<FiscalJournal['eventsOf']>[0]) => {
  const event = (await journal.eventsOf(kind)).at(-1);
  return event && JSON.parse(event.payload ?? '');
};
const refusalOf = async (request: DeskRequest) => {
  const answer = await desk.answer(request);
  expect(answer.outcome).toBe('refused');
  return answer.text;
};
const ticket = (no: number) => ({ command: 'ticket', no, operator: 'BORNE' }) as const;
const closeAt = async (iso: string) => {
  clock.setWall(Date.parse(iso));
  expect(await desk.answer({ command: 'close' })).toMatchObject({ outcome: 'done' });
};

describe('[R-14] one taking', () => {
  it('is given with all its data, its undoings, its duplicates and its signature', async () => {
    const answer = await desk.answer(ticket(1));
    const [record] = await journal.takingsOf('sale 2026-01-05');
    expect(answer).toMatchObject({
      outcome: 'done',
      value: {
        no: 1,
        taking: {
          est: sampleTill.est,
          till: 'B01',
          dt: '2026-01-05T09:00:00+01:00',
          type: 'VENTE',
          lines: [
            { code: 'plan-1', qty: '1', unit: 2_990, rate: 2_000, ht: 2_492, vat: 498, ttc: 2_990 },
            { code: 'book-1', ht: 1_000, vat: 55, ttc: 1_055 },
          ],
          vat: [
            { rate: 2_000, ht: 2_492, vat: 498, ttc: 2_990 },
            { rate: 550, ht: 1_000, vat: 55, ttc: 1_055 },
          ],
          total: 4_045,
          pay: [{ means: 'CB', amount: 4_045, terminal: 'T0001', pan: '************4869', auth: 'A1B2C3' }],
        },
        string: record?.text,
        payload: record?.payload,
        signature: record?.signature,
        keyId: await store.books.currentKeyId(),
        signatureHolds: true,
        undoneBy: [{ no: 3, type: 'AVOIR', total: -4_045 }],
        duplicates: [
          { no: 1, copyNo: 1, channel: 'PRINT', operator: 'BORNE' },
          { no: 2, copyNo: 2, channel: 'EMAIL', operator: sampleOperator },
        ],
      },
    });
    for (const part of [
      'net 24.92  VAT 20 % 4.98  gross 29.90',
      'AVOIR 3 of 2026-01-05T09:20:00+01:00, -40.45',
      `signature      ${record?.signature}`,
      'Digest and signature hold.',
    ])
      expect(answer.text).toContain(part);
  });

  it('is given once the access is recorded, with its number and whoever asked', async () => {
    const answer = await desk.answer({ command: 'ticket', no: 2, operator: sampleOperator });
    const event = await lastEvent('auditor-access');
    expect(event).toMatchObject({
      code: 'P50',
      operator: sampleOperator,
      detail: { chain: 'T', recordNo: 2 },
    });
    expect(answer.value).toMatchObject({ accessEvent: event.no });
    expect(recorded).toBe(1);
  });

  it('that is not there is said not to be, and no access is recorded', async () => {
    expect(await refusalOf(ticket(4))).toBe('There is no taking 4: the last one is 3.');
    expect(await journal.eventsOf('auditor-access')).toEqual([]);
  });

  it('is shown although the journal cannot be opened, which the answer and the log say', async () => {
    open = false;
    standing = fault('journal.key-lost', 'fiscal-1 is missing');
    const answer = await desk.answer(ticket(1));
    expect(answer).toMatchObject({ outcome: 'done', value: { accessEvent: null } });
    expect(answer.text).toContain('this access could not be recorded');
    expect(log.entries).toMatchObject([
      { event: 'desk.access-not-recorded', fields: { code: 'journal.key-lost' } },
    ]);
    expect(await refusalOf({ command: 'close' })).toBe(
      'The journal is not open: fiscal-1 is missing (journal.key-lost). See docs/faults.md.',
    );
  });
});

it('lists the takings of a period, and records that', async () => {
  await sellSome(store, journal, clock, '2026-01-06');
  const list = { command: 'list', operator: 'BORNE' } as const;
  expect(await desk.answer({ ...list, from: '2026-01-05', to: '2026-01-06' })).toMatchObject({
    outcome: 'done',
    value: {
      takings: [
        { no: 1, dt: '2026-01-05T09:00:00+01:00', type: 'VENTE', total: 4_045, ref: '' },
        { no: 2, type: 'VENTE', total: 750 },
        { no: 3, type: 'AVOIR', total: -4_045, ref: '1' },
      ],
    },
    text: expect.stringContaining('3 takings, total 7.50'),
  });
  expect(await lastEvent('auditor-access')).toMatchObject({
    detail: { chain: 'T', from: '2026-01-05', to: '2026-01-06', count: 3 },
  });
  expect(await refusalOf({ ...list, from: '2026-01-06', to: '2026-01-06' })).toContain('no day in it');
});

describe('[R-11] an archive', () => {
  const asked = (from: string, to: string, yearly = false) =>
    ({ command: 'archive', from, to, folder: join(folder, 'stick'), yearly }) as const;

  it('[FJ21] lies in the folder, and holds with the key and the anchor beside it', async () => {
    await closeAt('2027-01-01T10:00:00+01:00');
    const answer = await desk.answer(asked('2026-01-01', '2027-01-01', true));
    const path = join(folder, 'stick', 'archive-B01-20260101-20270101-0001');
    expect(answer).toMatchObject({
      outcome: 'done',
      value: {
        no: 1,
        folder: path,
        total: 750,
        anchor: expect.arrayContaining([{ chain: 'T', no: 3, signature: expect.any(String) }]),
      },
    });
    expect(answer.text).toContain(`verify-journal.mjs '${path}' --key '${path}.public-key.pem'`);
    const options = {
      key: await readFile(`${path}.public-key.pem`, 'utf8'),
      anchor: JSON.parse(await readFile(`${path}.anchor.json`, 'utf8')),
    };
    expect(verifyArchive(path, options)).toMatchObject({ ok: true, counts: { T: 3, X: 1, D: 2 }, notes: [] });
    const manifest = JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8'));
    expect(manifest.company).toEqual({
      name: 'Cadence Lyon SAS',
      address: '1 rue du Test, 69003 Lyon',
      siret: '00000000000000',
      vatNumber: 'FR00000000000',
      naf: '',
    });
    expect(await lastEvent('yearly-archive')).toMatchObject({ detail: { recordNo: 1 } });
    const tickets = join(path, 'tickets.csv');
    await writeFile(tickets, (await readFile(tickets, 'utf8')).replace(';4045;', ';4044;'));
    expect(verifyArchive(path, options)).toMatchObject({ ok: false, where: 'tickets.csv' });
    await desk.answer({ command: 'archive-again', no: 1, folder: join(folder, 'stick') });
    expect(verifyArchive(path, options)).toMatchObject({ ok: true });
  });

  it.each([
    ['2026-01-05', '2026-01-06', /Not every day before 2026-01-06 is closed/],
    ['2026-01-06', '2026-01-05', /no day in it/],
    ['2024-01-01', '2026-01-05', /twelve months at most/],
  ])('from %s to %s is refused', async (from, to, sentence) => {
    expect(await refusalOf(asked(from, to))).toMatch(sentence);
    expect(await journal.heads()).not.toContainEqual(expect.objectContaining({ chain: 'A' }));
  });

  it('of a year that is none, of nobody, of a company that is none, and to no folder are refused', async () => {
    await closeAt('2026-02-01T10:00:00+01:00');
    expect(await refusalOf(asked('2026-01-05', '2027-01-05', true))).toContain('--to is 2027-01-01');
    await writeFile(join(folder, 'file'), '');
    expect(await refusalOf({ ...asked('2026-01-01', '2026-02-01'), folder: join(folder, 'file') })).toMatch(
      /cannot write to .*file/,
    );
    club = sampleClub({ legalEntity: { ...sampleClub().legalEntity, siret: 'unknown' } });
    expect(await refusalOf(asked('2026-01-01', '2026-02-01'))).toContain('siret. Correct it there.');
    club = null;
    expect(await refusalOf(asked('2026-01-01', '2026-02-01'))).toContain('whose till this is');
    expect(await refusalOf({ command: 'archive-again', no: 1, folder })).toContain('There is no archive 1');
  });

  it('that is recorded but could not be written can be written again', async () => {
    await closeAt('2026-02-01T10:00:00+01:00');
    const path = join(folder, 'stick', 'archive-B01-20260101-20260201-0001');
    // Where a folder stands, no file can be written.
    await mkdir(`${path}.anchor.json`, { recursive: true });
    expect(await refusalOf(asked('2026-01-01', '2026-02-01'))).toMatch(
      /Archive 1 is recorded, but .* archive --again 1 --to-folder DIR/,
    );
    await rm(`${path}.anchor.json`, { recursive: true });
    expect(
      await desk.answer({ command: 'archive-again', no: 1, folder: join(folder, 'stick') }),
    ).toMatchObject({ outcome: 'done', value: { no: 1 } });
    expect(verifyArchive(path)).toMatchObject({ ok: true });
  });
});

describe('the journal verified on the disk', () => {
  /** More than are looked at whenever a till starts. */
  const sellMany = () =>
    store.write(async (tx) => {
      for (let no = 0; no < 60; no++) {
        await journal.appendTaking(tx, sampleSale(), `sale-${no}`);
        await journal.appendEvent(tx, 'accounting-export');
      }
    });
  const tamper = () =>
    store.write(async (tx) => {
      await tx.run('DROP TRIGGER fiscal_record_stays');
      await tx.run(
        "UPDATE fiscal_record SET payload = replace(payload, 'Article', 'Artikel') WHERE chain = 'T' AND no = 2",
      );
    });

  it('holds, and the verification is an event', async () => {
    expect(await desk.answer({ command: 'verify' })).toMatchObject({
      outcome: 'done',
      text: 'The journal holds: 7 records (T 3, X 1, D 2, C 0, J 1, A 0).',
      value: { holds: true, broken: null, recorded: true },
    });
    expect(await lastEvent('verification')).toMatchObject({
      code: 'P42',
      detail: { count: 7, reason: 'holds' },
    });
  });

  it('[FJ18] does not hold after a record was changed behind its back, which is an event that stays', async () => {
    await tamper();
    const text = await refusalOf({ command: 'verify' });
    expect(text).toContain('T1 number 2 has another payload. This box sells nothing any more.');
    expect(await lastEvent('integrity-failure')).toMatchObject({ detail: { chain: 'T', recordNo: 2 } });
    expect(await lastEvent('verification')).toMatchObject({ detail: { reason: 'does-not-hold' } });
    expect((await desk.answer(ticket(2))).text).toContain('DIGEST OR SIGNATURE DO NOT HOLD');
    await store.write((tx) => tx.run("UPDATE fiscal_record SET payload = '{}' WHERE chain = 'T' AND no = 2"));
    expect(await refusalOf(ticket(2))).toContain(
      'T1 number 2 has a payload that cannot be read. (journal.broken)',
    );
  });

  it('[FJ41] stops the sale when it does not hold, through a restart, until an operator has settled it', async () => {
    await sellMany();
    await tamper();
    expect(await journal.refusal()).toBeNull();
    await desk.answer({ command: 'verify' });
    await desk.answer({ command: 'verify' });
    const broken = { code: 'journal.broken', detail: 'T1 number 2 has another payload' };
    expect(await journal.refusal()).toEqual(broken);
    await expect(
      store.write((tx) => journal.appendTaking(tx, sampleSale(), 'refused')),
    ).rejects.toMatchObject({
      fault: broken,
    });

    await store.close();
    ({ store, journal } = await openSampleJournal(folder, clock));
    desk = newDesk();
    expect(await journal.refusal()).toEqual(broken);
    expect(await desk.answer({ command: 'settle-broken', operator: sampleOperator })).toMatchObject({
      outcome: 'done',
      value: { settled: [{ chain: 'T', no: 2 }] },
    });
    expect(await lastEvent('break-settled')).toMatchObject({
      code: 'P43',
      operator: sampleOperator,
      detail: { chain: 'T', recordNo: 2 },
    });
    expect(await journal.refusal()).toBeNull();
    expect(await refusalOf({ command: 'settle-broken', operator: sampleOperator })).toContain('Nothing');
    await desk.answer({ command: 'verify' });
    expect(await journal.refusal()).toEqual(broken);
  });

  it('[FJ18] [FJ41] what is broken among the last records cannot be settled', async () => {
    await tamper();
    await desk.answer({ command: 'verify' });
    expect(await refusalOf({ command: 'settle-broken', operator: sampleOperator })).toContain('T1 number 2');
    expect(await journal.refusal()).toMatchObject({ code: 'journal.broken' });
  });

  it('[FJ41] stops the sale for broken events too, and writes nothing among them', async () => {
    await sellMany();
    await store.write(async (tx) => {
      await tx.run('DROP TRIGGER fiscal_record_stays');
      await tx.run("UPDATE fiscal_record SET payload = '{}' WHERE chain = 'J' AND no = 1");
    });
    const before = (await journal.heads()).find(({ chain }) => chain === 'J');
    expect(await refusalOf({ command: 'verify' })).toContain('J1 number 1');
    expect(await journal.refusal()).toMatchObject({ code: 'journal.broken' });
    await desk.answer({ command: 'settle-broken', operator: sampleOperator });
    expect(await journal.refusal()).toBeNull();
    expect((await journal.heads()).find(({ chain }) => chain === 'J')).toEqual(before);
  });

  it('is told to be left off when the till stops meanwhile', async () => {
    const answer = desk.answer({ command: 'verify' });
    await desk.close();
    expect(await answer).toMatchObject({ outcome: 'refused', value: { refused: 'stopping' } });
    expect(await refusalOf({ command: 'status' })).toContain('The till is stopping');
  });
});

it('closes what is over, and says when nothing is', async () => {
  clock.setWall(Date.parse('2026-01-07T10:00:00+01:00'));
  expect(await desk.answer({ command: 'close' })).toMatchObject({ text: 'Closed: 2026-01-05, 2026-01-06.' });
  expect(await desk.answer({ command: 'close' })).toMatchObject({
    text: 'Nothing was due.',
    value: { closed: [] },
  });
});

it('[FJ13] asks for a person where the clock is doubted, and closes once one has looked', async () => {
  clock.setWall(Date.parse('2028-01-07T10:00:00+01:00'));
  expect(await refusalOf({ command: 'close' })).toMatch(
    /journal.clock-doubtful.*confirm-clock --operator ID/,
  );
  const answer = await desk.answer({ command: 'confirm-clock', operator: sampleOperator });
  expect(answer.text).toContain('2027-12, 2027, 2028-01-01');
  expect(await lastEvent('clock-confirmed')).toMatchObject({ operator: sampleOperator });
});

it('[FJ19] changes the key', async () => {
  const before = await store.books.currentKeyId();
  const answer = await desk.answer({ command: 'rotate-key', operator: sampleOperator });
  expect(answer.text).toBe(
    `Key ${await store.books.currentKeyId()} signs from now on; key ${before} is destroyed.`,
  );
  expect(await desk.answer({ command: 'verify' })).toMatchObject({ outcome: 'done' });
});

it('[FJ22] purges only what is archived, and says where the rest is', async () => {
  expect(await desk.answer({ command: 'purge', years: 6, operator: sampleOperator })).toMatchObject({
    text: 'Nothing is older than 6 full years.',
  });
  for (let year = 2026; year < 2033; year++) {
    clock.setWall(Date.parse(`${year + 1}-01-02T10:00:00+01:00`));
    await desk.answer({ command: 'confirm-clock', operator: sampleOperator });
  }
  await sellSome(store, journal, clock, '2033-01-02');
  expect(await refusalOf({ command: 'purge', years: 6, operator: sampleOperator })).toContain(
    'in no archive',
  );
  await desk.answer({ command: 'archive', from: '2026-01-01', to: '2027-01-01', folder, yearly: true });
  expect(await desk.answer({ command: 'purge', years: 6, operator: sampleOperator })).toMatchObject({
    outcome: 'done',
    text: 'Purged: 3 records of chain T, through number 3; 1 records of chain X, through number 1; 2 records of chain D, through number 2.',
  });
  expect(await refusalOf(ticket(2))).toBe(
    'Taking 2 was purged. Takings through 3 are in the archives through number 1.',
  );
  expect((await desk.answer({ command: 'status' })).text).toContain(
    '3 records, last number 6, purged through 3',
  );
  expect(await desk.answer({ command: 'verify' })).toMatchObject({ outcome: 'done' });
}, 60_000);

it('says how the journal stands, without a name of anybody', async () => {
  standing = fault('journal.period-closed', 'the clock was set back');
  await closeAt('2026-02-01T10:00:00+01:00');
  const { text, value } = await desk.answer({ command: 'status' });
  expect(value).toMatchObject({
    establishment: sampleTill.est,
    timeZone: 'Europe/Paris',
    software: '0.1.0',
    perimeter: '',
    keyId: expect.stringMatching(/^[0-9a-f]{16}$/),
    fault: { code: 'journal.period-closed' },
    closed: [
      { level: 'J', period: '2026-01-31' },
      { level: 'M', period: '2026-01' },
    ],
  });
  expect(text).toContain('T1 takings           3 records, last number 3');
  expect(text).toContain('Closed last: day 2026-01-31, month 2026-01');
});

it('serves one request at a time, in the order they came', async () => {
  await closeAt('2026-02-01T10:00:00+01:00');
  const archive = {
    command: 'archive',
    from: '2026-01-01',
    to: '2026-02-01',
    folder,
    yearly: false,
  } as const;
  const answers = await Promise.all([desk.answer(archive), desk.answer(archive), desk.answer(ticket(1))]);
  expect(answers.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
  expect(answers.slice(0, 2).map(({ value }) => value)).toMatchObject([{ no: 1 }, { no: 2 }]);
});

describe('[SA50] practice', () => {
  const start = { command: 'practice-start', operator: sampleOperator } as const;
  const stop = { command: 'practice-stop' } as const;

  it('begins and ends by an event that names who began it, and status says so meanwhile', async () => {
    expect(await desk.answer(start)).toMatchObject({ outcome: 'done', value: { practice: true } });
    expect(await lastEvent('training-start')).toMatchObject({ code: 'P20', operator: sampleOperator });
    const status = await desk.answer({ command: 'status' });
    expect(status.value).toMatchObject({ practice: { operator: sampleOperator } });
    expect(status.text).toContain('IN PRACTICE since event');
    expect(await desk.answer(stop)).toMatchObject({ outcome: 'done', value: { practice: false } });
    expect(await lastEvent('training-end')).toMatchObject({ code: 'P21', operator: sampleOperator });
    expect((await desk.answer({ command: 'status' })).value).toMatchObject({ practice: null });
    expect(recorded).toBe(2);
  });

  it('is refused during a visit, twice, and where the till does not run, and nothing is recorded', async () => {
    quiet = false;
    expect(await refusalOf(start)).toContain('A visit is under way');
    quiet = true;
    expect(await refusalOf(stop)).toBe('The till is not in practice.');
    await desk.answer(start);
    expect(await refusalOf(start)).toContain('in practice already');
    const closed = new JournalDesk({
      store,
      journal: () => journal,
      fault: () => null,
      club: () => club,
      software: sampleTill.software,
      log,
      onRecord: () => undefined,
      whileQuiet: null,
    });
    expect(await closed.answer(stop)).toMatchObject({
      outcome: 'refused',
      value: { refused: 'not-running' },
    });
    expect(await journal.eventsOf('training-start')).toHaveLength(1);
    expect(await journal.eventsOf('training-end')).toEqual([]);
    await closed.close();
  });
});
