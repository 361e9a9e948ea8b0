import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialId, EdgeId, PlanId, SaleId } from '@portillon/core/base/ids.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { chainBreak, genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import { newSigningKeyPair } from '@portillon/core/crypto/signing-key.ts';
import { type EventBody, eventBodySchema, outboxEventSchema } from '@portillon/core/wire/event.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import { SecretSeal } from '@portillon/sync-service/secrets/secret-seal.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';
import { RecordedLog } from './test/recorded-log.ts';
import {
  networkKeys,
  sampleClub,
  sampleCredential,
  sampleDecision,
  sampleEdgeKey,
  sampleId,
  sampleIdentity,
  samplePassage,
  samplePlan,
} from './test/sample-records.ts';

let folder: string;
let store: EdgeStore;
let clock: VirtualClock;
let log: RecordedLog;
let random: SeededRandom;

function open() {
  return EdgeStore.open({ folder: join(folder, 'edge'), clock, random, log });
}

async function openOrFail(): Promise<EdgeStore> {
  const opened = await open();
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

/** As after a power cut or an update: what was not on the disk is gone. */
async function restart(): Promise<void> {
  await store.close();
  store = await openOrFail();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon edge store '));
  clock = new VirtualClock();
  log = new RecordedLog();
  random = new SeededRandom(5);
  store = await openOrFail();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

function appendDecision(number = 1) {
  return store.write((tx) => store.passages.recordDecision(tx, sampleDecision(number)));
}

function feed(cursor: number, ...changes: FeedRecord[]): Promise<void> {
  return store.applyFeed(
    changes.map((change) => ({ version: cursor, change })),
    cursor,
    clock.wallMs(),
  );
}

describe('the folder', () => {
  it('belongs to one edge at a time, and the message says to whom', async () => {
    const second = await open();
    expect(second).toMatchObject({ ok: false, error: { code: 'store.in-use' } });
    if (!second.ok) expect(second.error.detail).toContain(`process ${process.pid}`);
    await appendDecision();
  });

  it('is free again after a close', async () => {
    await restart();
    await appendDecision();
  });

  it('is refused with a fault when a file stands in its place', async () => {
    const opened = await EdgeStore.open({
      folder: join(folder, 'edge', 'edge.pid', 'sub'),
      clock,
      random,
      log,
    });
    expect(opened).toMatchObject({ ok: false, error: { code: 'store.failed' } });
  });

  it('says at every start that secrets in files are weak', () => {
    expect(log.entries).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: { keyStore: 'open-file' } }),
    );
  });
});

describe('the outbox', () => {
  it('numbers events without gaps and chains them, over restarts and undone transactions', async () => {
    await appendDecision(1);
    await expect(
      store.write(async (tx) => {
        await store.passages.recordDecision(tx, sampleDecision(2));
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await restart();
    await Promise.all([appendDecision(3), appendDecision(4)]);
    const events = await store.outboxAfter(0, 100);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3]);
    let [seq, hash] = [0, genesisHash];
    for (const event of events) {
      expect(chainBreak(seq, hash, event)).toBeNull();
      [seq, hash] = [event.seq, event.hash];
    }
  });

  it('freezes the body as canonical text that follows the wire', async () => {
    const event = await appendDecision();
    const [stored] = await store.outboxAfter(0, 1);
    expect(outboxEventSchema.parse(stored)).toEqual(event);
    expect(eventBodySchema.parse(JSON.parse(event.body))).toEqual({
      type: 'access.decided',
      ...sampleDecision(),
    });
    expect(event.body.startsWith('{"at":')).toBe(true);
  });

  it('hands out what comes after a number, in order, as many as asked', async () => {
    for (let number = 1; number <= 5; number++) await appendDecision(number);
    expect((await store.outboxAfter(2, 2)).map((event) => event.seq)).toEqual([3, 4]);
    expect(await store.outboxAfter(5, 10)).toEqual([]);
  });

  it('ends a batch at about one MiB, but always hands out one event', async () => {
    const large = (number: number): EventBody => ({
      type: 'case.opened',
      caseId: sampleId(number),
      at: '2026-11-23T09:00:00.000Z',
      kind: 'refund-failed',
      saleId: sampleId(1),
      saleReference: 'M7QK-2F9C',
      amountCents: 1,
      detail: 'x'.repeat(60_000),
    });
    await store.write(async (tx) => {
      for (let number = 0; number < 30; number++) await store.outbox.appendEvent(tx, large(number));
    });
    const batch = await store.outboxAfter(0, 1_000);
    const length = batch.reduce((sum, event) => sum + event.body.length, 0);
    expect(batch.length).toBeLessThan(30);
    expect(length).toBeGreaterThan(1_000_000);
    expect(length).toBeLessThan(1_048_576 + 65_536);
  });

  it('refuses an event that no push could carry', async () => {
    const body = { type: 'case.opened', detail: 'x'.repeat(70_000) } as EventBody;
    await expect(store.write((tx) => store.outbox.appendEvent(tx, body))).rejects.toThrow('cannot be pushed');
    expect(await store.outbox.count()).toBe(0);
  });

  it('keeps applied events, and counts them again when the base comes back older', async () => {
    for (let number = 1; number <= 3; number++) await appendDecision(number);
    expect(await store.outbox.count()).toBe(3);
    await store.saveAppliedThrough(3, 1);
    await restart();
    expect(await store.appliedThrough()).toEqual({ seq: 3, epoch: 1 });
    expect(await store.outbox.count()).toBe(0);
    await store.saveAppliedThrough(1, 2);
    expect(await store.outbox.count()).toBe(2);
    expect((await store.outboxAfter(1, 10)).map((event) => event.seq)).toEqual([2, 3]);
  });
});

describe('attachments', () => {
  const sealed = new Uint8Array([1, 2, 3, 255]);
  const digest = sha256Hex(sealed);

  it('are sent after the event that names them is applied, until the base confirms', async () => {
    await store.write(async (tx) => {
      const event = await store.passages.recordDecision(tx, sampleDecision());
      await store.attachments.putAttachment(tx, digest, sealed, event.seq);
    });
    expect(await store.unconfirmedAttachments(10)).toEqual([]);
    await store.saveAppliedThrough(1, 1);
    await restart();
    expect(await store.unconfirmedAttachments(10)).toEqual([digest]);
    expect(new Uint8Array((await store.attachment(digest)) ?? [])).toEqual(sealed);
    await store.confirmAttachment(digest);
    expect(await store.unconfirmedAttachments(10)).toEqual([]);
  });

  it('come oldest first', async () => {
    const parts = [3, 1, 2].map((byte) => new Uint8Array([byte]));
    for (const part of parts) {
      await store.write(async (tx) => {
        const event = await store.passages.recordDecision(tx, sampleDecision(part[0]));
        await store.attachments.putAttachment(tx, sha256Hex(part), part, event.seq);
      });
    }
    await store.saveAppliedThrough(3, 1);
    expect(await store.unconfirmedAttachments(2)).toEqual(parts.slice(0, 2).map((part) => sha256Hex(part)));
  });

  it('taken before their event exists are linked to it later', async () => {
    await store.write((tx) => store.attachments.putAttachment(tx, digest, sealed, null));
    await store.write(async (tx) => {
      const event = await store.passages.recordDecision(tx, sampleDecision());
      await store.attachments.putAttachment(tx, digest, sealed, event.seq);
      await store.clearVisit(tx, 'visit-a');
    });
    await store.saveAppliedThrough(1, 1);
    expect(await store.unconfirmedAttachments(10)).toEqual([digest]);
  });

  it('are linked by name alone to an event appended later, and only when they are here', async () => {
    await store.write((tx) => store.attachments.putAttachment(tx, digest, sealed, null));
    await store.write(async (tx) => {
      const event = await store.passages.recordDecision(tx, sampleDecision());
      await store.attachments.linkAttachment(tx, digest, event.seq);
      await store.attachments.dropUnlinked(tx);
    });
    expect(await store.attachment(digest)).not.toBeNull();
    await expect(
      store.write((tx) => store.attachments.linkAttachment(tx, sha256Hex('missing'), 1)),
    ).rejects.toThrow('only attachments that are here');
  });

  it('that no event names are erased when the visit ends', async () => {
    await store.write((tx) => store.attachments.putAttachment(tx, digest, sealed, null));
    await store.write((tx) => store.clearVisit(tx, 'visit-a'));
    expect(await store.attachment(digest)).toBeNull();
  });

  it('are refused under a name that is not their digest', async () => {
    await expect(
      store.write((tx) => store.attachments.putAttachment(tx, sha256Hex('other'), sealed, null)),
    ).rejects.toThrow('digest');
  });

  it('cannot name an event that is not there', async () => {
    await expect(store.write((tx) => store.attachments.putAttachment(tx, digest, sealed, 9))).rejects.toThrow(
      /FOREIGN KEY/,
    );
  });
});

describe('intents', () => {
  it('without an outcome are found after a restart, oldest first', async () => {
    const charge = await store.recordIntent({
      kind: 'payment.charge',
      subject: 'sale-1',
      detail: { amountCents: 3_990 },
    });
    await clock.advance(5);
    await store.recordIntent({ kind: 'gate.release', subject: 'decision-1', detail: {} });
    await restart();
    const [first, second] = await store.intents.unfinishedIntents();
    expect(first).toEqual({
      intentId: charge,
      kind: 'payment.charge',
      subject: 'sale-1',
      detail: { amountCents: 3_990 },
      recordedAtMs: clock.wallMs() - 5,
    });
    expect(second?.kind).toBe('gate.release');
    await store.recordOutcome(charge, 'done');
    expect((await store.intents.unfinishedIntents()).map((intent) => intent.kind)).toEqual(['gate.release']);
  });

  it('are found by what they were for, with what became of each', async () => {
    const saleId = newId<'sale'>(clock, random);
    const print = async (outcome: string | null, subject: string = saleId) => {
      await clock.advance(1);
      const intentId = await store.recordIntent({ kind: 'print.receipt', subject, detail: {} });
      if (outcome) await store.recordOutcome(intentId, outcome);
    };
    await print('not-printed');
    await print('printed', 'another sale');
    await print(null);
    expect(await store.intents.outcomesOf('print.receipt', saleId, saleId)).toEqual(['not-printed', null]);
    expect(await store.intents.outcomesOf('print.slip', saleId, saleId)).toEqual([]);
  });

  it('have one outcome', async () => {
    const intentId = await store.recordIntent({ kind: 'printer.print', subject: 'sale-1', detail: {} });
    await store.recordOutcome(intentId, 'done');
    await expect(store.recordOutcome(intentId, 'failed')).rejects.toThrow('has an outcome already');
  });
});

describe('the visit in flight', () => {
  const json = JSON.stringify({ givenName: 'Zoë', step: 'contract' });

  async function bytesOnDisk(): Promise<string> {
    const data = join(folder, 'edge');
    const files = (await readdir(data)).filter((file) => file.startsWith('edge.sqlite'));
    return (await Promise.all(files.map((file) => readFile(join(data, file), 'latin1')))).join('');
  }

  it('is resumed after a power cut as it was last saved', async () => {
    await store.saveVisit('visit-a', '{"step":"name"}');
    await store.saveVisit('visit-a', json);
    await restart();
    expect(await store.visits.visitInFlight()).toEqual({ visitId: 'visit-a', json });
  });

  it('is not readable on the disk', async () => {
    await store.saveVisit('visit-a', json);
    expect(await bytesOnDisk()).not.toContain('contract');
    expect(await bytesOnDisk()).toContain('visit-a');
  });

  it('is gone with its key when it ends', async () => {
    await store.saveVisit('visit-a', json);
    expect(await store.keys.names()).toEqual(['visit-visit-a']);
    await store.write((tx) => store.clearVisit(tx, 'visit-a'));
    await store.visits.keyDestroyed();
    expect(await store.visits.visitInFlight()).toBeNull();
    expect(await store.keys.names()).toEqual([]);
  });

  it('keeps its key when the transaction that ends it is undone', async () => {
    await store.saveVisit('visit-a', json);
    await expect(
      store.write(async (tx) => {
        await store.clearVisit(tx, 'visit-a');
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await store.visits.visitInFlight()).toEqual({ visitId: 'visit-a', json });
  });

  it('is one at a time', async () => {
    await store.saveVisit('visit-a', json);
    await expect(store.saveVisit('visit-b', json)).rejects.toThrow('still in flight');
  });

  it('leaves no key behind when the power went before the key was destroyed', async () => {
    await store.keys.write('visit-left', new Uint8Array(32));
    await restart();
    expect(await store.keys.names()).toEqual([]);
  });

  it('whose key is gone is over, and the next one can begin', async () => {
    await store.saveVisit('visit-a', json);
    await store.keys.destroy('visit-visit-a');
    await restart();
    expect(await store.visits.visitInFlight()).toBeNull();
    await store.saveVisit('visit-b', json);
  });
});

describe('sales', () => {
  const sale = {
    saleId: sampleId<'sale'>(1) as SaleId,
    reference: 'M7QK-2F9C',
    paymentReference: null,
    state: 'asking',
    json: '{}',
  };

  it('are found again by id and by payment reference', async () => {
    await store.write((tx) => store.sales.saveSale(tx, sale));
    const paid = { ...sale, paymentReference: 'P-1', state: 'paid' };
    await store.write((tx) => store.sales.saveSale(tx, paid));
    await restart();
    expect(await store.sales.sale(sale.saleId)).toEqual(paid);
    expect(await store.sales.saleByPaymentReference('P-1')).toEqual(paid);
    expect(await store.sales.saleByPaymentReference('P-2')).toBeNull();
  });

  it('never share a payment reference', async () => {
    await store.write((tx) => store.sales.saveSale(tx, { ...sale, paymentReference: 'P-1' }));
    const other = {
      ...sale,
      saleId: sampleId<'sale'>(2) as SaleId,
      reference: 'AAAA-BBBB',
      paymentReference: 'P-1',
    };
    await expect(store.write((tx) => store.sales.saveSale(tx, other))).rejects.toThrow(/UNIQUE/);
  });
});

describe('the member book', () => {
  const credentialId = sampleId<'credential'>(100) as CredentialId;
  const uid = '04A1B2C3D4E5F6';

  it('finds a credential by its id and by the number of its chip, after a restart too', async () => {
    const record = sampleCredential();
    await feed(1, { kind: 'credential', id: credentialId, record });
    for (const _ of ['live', 'restarted']) {
      expect(store.book.credential(credentialId)).toEqual(record);
      expect(store.book.credentialByCardUid(uid)).toEqual({ credentialId, record });
      await restart();
    }
  });

  it('takes changes and tombstones', async () => {
    await feed(1, { kind: 'credential', id: credentialId, record: sampleCredential() });
    await feed(2, { kind: 'credential', id: credentialId, record: sampleCredential({ status: 'blocked' }) });
    expect(store.book.credential(credentialId)?.status).toBe('blocked');
    await feed(3, { kind: 'credential', id: credentialId, record: null });
    expect(store.book.credential(credentialId)).toBeNull();
    expect(store.book.credentialByCardUid(uid)).toBeNull();
    await restart();
    expect(store.book.credential(credentialId)).toBeNull();
  });

  it('follows a chip that was bound to another credential', async () => {
    const newer = sampleId<'credential'>(101) as CredentialId;
    await feed(
      1,
      { kind: 'credential', id: credentialId, record: sampleCredential() },
      { kind: 'credential', id: newer, record: sampleCredential() },
      { kind: 'credential', id: credentialId, record: sampleCredential({ cardUid: null }) },
    );
    expect(store.book.credentialByCardUid(uid)?.credentialId).toBe(newer);
  });

  it('applies a whole answer or nothing of it', async () => {
    await feed(4, { kind: 'club', id: sampleId(3), record: sampleClub() });
    const bad = { kind: 'plan', id: sampleId(20), record: samplePlan({ position: 1n as unknown as number }) };
    await expect(
      feed(5, { kind: 'credential', id: credentialId, record: sampleCredential() }, bad as FeedRecord),
    ).rejects.toThrow();
    expect(await store.feedCursor()).toBe(4);
    expect(store.book.credential(credentialId)).toBeNull();
  });

  it('knows plans on sale in their order, and the club', async () => {
    const [first, second, hidden] = [21, 22, 23].map((number) => sampleId<'plan'>(number) as PlanId);
    await feed(
      1,
      { kind: 'plan', id: second ?? '', record: samplePlan({ position: 2 }) },
      { kind: 'plan', id: first ?? '', record: samplePlan({ position: 1 }) },
      { kind: 'plan', id: hidden ?? '', record: samplePlan({ position: 0, soldAtKiosk: false }) },
      { kind: 'club', id: sampleId(3), record: sampleClub() },
    );
    await restart();
    expect(store.book.plansOnSale().map(({ planId }) => planId)).toEqual([first, second]);
    expect(store.book.club(sampleId(3))).toEqual(sampleClub());
    expect(store.book.club(sampleId(4))).toBeNull();
  });

  it('believes the keys of edges only with the signature of the network', async () => {
    const edgeId = sampleId<'edge'>(50) as EdgeId;
    const good = sampleEdgeKey(edgeId, 'active', networkKeys);
    const forged = sampleEdgeKey(edgeId, 'active', newSigningKeyPair());

    await feed(1, { kind: 'edge-key', id: edgeId, record: good });
    expect(store.book.edgeKey(edgeId)).toBeNull();

    await store.saveIdentity(sampleIdentity());
    await feed(2, { kind: 'edge-key', id: edgeId, record: good });
    expect(store.book.edgeKey(edgeId)).toEqual(good);

    await feed(
      3,
      { kind: 'edge-key', id: edgeId, record: forged },
      { kind: 'edge-key', id: edgeId, record: { ...good, status: 'revoked' } },
      { kind: 'edge-key', id: sampleId(51), record: good },
    );
    expect(store.book.edgeKey(edgeId)).toEqual(good);
    expect(store.book.edgeKey(sampleId(51))).toBeNull();
    const refusals = log.entries.filter(
      (entry) => entry.fields.problem === 'not signed by the key of the network',
    );
    expect(refusals).toHaveLength(3);

    const revoked = sampleEdgeKey(edgeId, 'revoked', networkKeys);
    await feed(4, { kind: 'edge-key', id: edgeId, record: revoked });
    await restart();
    expect(store.book.edgeKey(edgeId)).toEqual(revoked);
  });

  it('leaves out a club whose time zone this machine does not know, and keeps the one it had', async () => {
    await feed(1, { kind: 'club', id: sampleId(3), record: sampleClub() });
    await feed(2, { kind: 'club', id: sampleId(3), record: sampleClub({ timeZone: 'Europe/Lyon' }) });
    expect(store.book.club(sampleId(3))?.timeZone).toBe('Europe/Paris');
    expect(await store.feedCursor()).toBe(2);
  });

  it('takes the last word of an answer that names a record twice', async () => {
    await feed(
      1,
      { kind: 'credential', id: credentialId, record: sampleCredential({ status: 'blocked' }) },
      { kind: 'credential', id: credentialId, record: null },
      { kind: 'credential', id: credentialId, record: sampleCredential({ status: 'spent' }) },
      { kind: 'plan', id: sampleId(20), record: samplePlan() },
      { kind: 'plan', id: sampleId(20), record: null },
    );
    for (const _ of ['live', 'restarted']) {
      expect(store.book.credential(credentialId)?.status).toBe('spent');
      expect(store.book.plan(sampleId<'plan'>(20) as PlanId)).toBeNull();
      await restart();
    }
  });

  it('tells who listens that the base has told something, after it is in the book', async () => {
    const seen: (string | undefined)[] = [];
    store.onToldByBase(() => seen.push(store.book.credential(credentialId)?.status));
    await feed(1, { kind: 'credential', id: credentialId, record: sampleCredential() });
    await feed(2);
    expect(seen).toEqual(['active']);
  });

  it('has what was sold here at once, and lets the base replace it', async () => {
    await store.write((tx) => store.book.rememberOwnCredential(tx, credentialId, sampleCredential()));
    expect(store.book.credentialByCardUid(uid)?.credentialId).toBe(credentialId);
    await feed(1, { kind: 'credential', id: credentialId, record: sampleCredential({ status: 'blocked' }) });
    expect(store.book.credential(credentialId)?.status).toBe('blocked');
  });

  it('shows nothing of a sale that was undone', async () => {
    await expect(
      store.write(async (tx) => {
        await store.book.rememberOwnCredential(tx, credentialId, sampleCredential());
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(store.book.credential(credentialId)).toBeNull();
  });

  it('tells how old it is, and that it was never filled', async () => {
    expect(store.book.dataAgeMs(clock.wallMs())).toBeNull();
    await feed(1);
    await clock.advance(1_500.4);
    await restart();
    expect(store.book.dataAgeMs(clock.wallMs())).toBe(1_500);
    expect(store.book.dataAgeMs(clock.wallMs() - 9_000)).toBe(0);
  });
});

describe('the gate', () => {
  it('counts a passage and reports it in one transaction', async () => {
    const passages: ['entry' | 'exit', number][] = [
      ['entry', 1],
      ['entry', 2],
      ['exit', 1],
      ['exit', 0],
      ['exit', 0],
      ['entry', 1],
    ];
    for (const [index, [direction, inside]] of passages.entries()) {
      const { event, occupancy } = await store.write((tx) =>
        store.passages.recordPassage(tx, samplePassage(index, direction)),
      );
      expect(occupancy.inside).toBe(inside);
      expect(eventBodySchema.parse(JSON.parse(event.body))).toMatchObject({ occupancyAfter: inside });
    }
    await restart();
    expect(await store.occupancy()).toMatchObject({
      inside: 1,
      at: new Date(clock.wallMs()).toISOString(),
    });
    expect(await store.passages.occupancy()).toEqual({ inside: 1, unexplainedExits: 1 });
  });

  it('does not count a passage whose transaction was undone', async () => {
    await expect(
      store.write(async (tx) => {
        await store.passages.recordPassage(tx, samplePassage(1, 'entry'));
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect((await store.occupancy()).inside).toBe(0);
    expect(await store.outbox.count()).toBe(0);
  });

  it('counts right when passages come at the same moment', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, number) =>
        store.write((tx) => store.passages.recordPassage(tx, samplePassage(number, 'entry'))),
      ),
    );
    expect((await store.occupancy()).inside).toBe(40);
  });

  it('spends a ticket once, and remembers it', async () => {
    const ticket = sampleId<'credential'>(200) as CredentialId;
    expect(store.passages.isSpentHere(ticket)).toBe(false);
    const spend = () => store.write((tx) => store.passages.spendTicket(tx, ticket));
    expect(await Promise.all([spend(), spend()])).toEqual([true, false]);
    expect(store.passages.isSpentHere(ticket)).toBe(true);
    await restart();
    expect(store.passages.isSpentHere(ticket)).toBe(true);
    expect(await spend()).toBe(false);
  });
});

describe('the identity', () => {
  it('is null before enrolment, and the same after every restart', async () => {
    expect(await store.identity()).toBeNull();
    const identity = sampleIdentity();
    await store.saveIdentity(identity);
    await restart();
    expect(await store.identity()).toEqual(identity);
  });

  it('keeps its secrets out of the database, in files of their owner only', async () => {
    const identity = sampleIdentity();
    await store.saveIdentity(identity);
    const data = join(folder, 'edge');
    for (const file of ['edge.sqlite', 'edge.sqlite-wal']) {
      const bytes = await readFile(join(data, file), 'latin1');
      expect(bytes).not.toContain(identity.privateKey);
      expect(bytes).not.toContain(identity.cardKey.key);
    }
    for (const file of await readdir(join(data, 'keys'))) {
      expect((await stat(join(data, 'keys', file))).mode & 0o777).toBe(0o600);
    }
    expect(await store.keys.names()).toEqual(['card-master', 'identity']);
  });

  const secret = (byte: number) => toBase64url(new Uint8Array(16).fill(byte));
  const versions = [
    { version: 1, read: secret(1), write: secret(2) },
    { version: 2, read: secret(3), write: secret(4) },
  ];

  it('[W-CARDKEY-4] keeps the card keys of every version in the key store, and none in the database', async () => {
    const identity = { ...sampleIdentity(), cardKeys: { current: 2, versions } };
    await store.saveIdentity(identity);
    expect(await store.identity()).toEqual(identity);
    expect(await store.keys.names()).toEqual([
      'card-master',
      'card-read-1',
      'card-read-2',
      'card-write-1',
      'card-write-2',
      'identity',
    ]);
    const data = join(folder, 'edge');
    for (const file of ['edge.sqlite', 'edge.sqlite-wal']) {
      const bytes = await readFile(join(data, file), 'latin1');
      for (const { read, write } of versions) {
        expect(bytes).not.toContain(read);
        expect(bytes).not.toContain(write);
      }
    }
    await restart();
    expect(await store.identity()).toEqual(identity);
  });

  it('destroys card keys that are retired, and holds no key that writes on a gate controller', async () => {
    await store.saveIdentity({ ...sampleIdentity(), cardKeys: { current: 2, versions } });
    const reading = [{ version: 2, read: secret(3) }];
    await store.saveIdentity({ ...sampleIdentity(), cardKeys: { current: 2, versions: reading } });
    expect((await store.identity())?.cardKeys).toEqual({ current: 2, versions: reading });
    expect(await store.keys.names()).toEqual(['card-master', 'card-read-2', 'identity']);
  });

  it('keeps its secrets sealed where the operating system has a key for them', async () => {
    const seal = new SecretSeal(new Uint8Array(32).fill(6), 'systemd-credential');
    const identity = { ...sampleIdentity(), cardKeys: { current: 2, versions } };
    await store.saveIdentity(identity);
    await store.close();
    const openSealed = async () => {
      const opened = await EdgeStore.open({
        folder: join(folder, 'edge'),
        seal: async () => seal,
        clock,
        random,
        log,
      });
      if (!opened.ok) throw new Error(opened.error.detail);
      return opened.value;
    };
    store = await openSealed();
    expect(await store.identity()).toEqual(identity);
    const keys = join(folder, 'edge', 'keys');
    for (const file of await readdir(keys)) {
      const bytes = await readFile(join(keys, file));
      for (const { read, write } of versions) {
        for (const each of [read, write]) expect(bytes.includes(Buffer.from(each, 'base64url'))).toBe(false);
      }
    }
    await store.close();
    expect(await open()).toMatchObject({ ok: false, error: { code: 'store.failed' } });
    store = await openSealed();
  });

  it('names a lost key as a fault', async () => {
    await store.saveIdentity(sampleIdentity());
    await store.keys.destroy('identity');
    await expect(store.identity()).rejects.toMatchObject({ fault: { code: 'store.failed' } });
  });
});

it('never hands out the same request counter twice', async () => {
  const [first, second] = await Promise.all([store.reserveCounters(10), store.reserveCounters(5)]);
  expect([first, second]).toEqual([1, 11]);
  await restart();
  expect(await store.reserveCounters(1)).toBe(16);
});

it('says store.full and records neither half of a passage when the disk is full', async () => {
  await store.write(async (tx) => {
    await tx.get('PRAGMA max_page_count = 1');
  });
  let recorded = 0;
  let failure: unknown = null;
  while (failure === null && recorded < 5_000) {
    try {
      await store.write((tx) => store.passages.recordPassage(tx, samplePassage(recorded, 'entry')));
      recorded++;
    } catch (error) {
      failure = error;
    }
  }
  expect(failure).toMatchObject({ fault: { code: 'store.full' } });
  expect((await store.occupancy()).inside).toBe(recorded);
  expect(await store.outbox.count()).toBe(recorded);
});
