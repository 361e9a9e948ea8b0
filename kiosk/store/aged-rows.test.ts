import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { entryLogTerm, keptSinceMs } from '@portillon/core/base/kept-since.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { passStepAt } from '@portillon/core/crypto/pass-layout.ts';
import type { PeerShare } from '@portillon/core/wire/peer-messages.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Ended } from './aged-rows.ts';
import { Connection } from './connection.ts';
import { EdgeStore } from './edge-store.ts';
import { edgeKeptTable } from './kept-table.ts';
import { RecordedLog } from './test/recorded-log.ts';
import { sampleDecision, sampleId, samplePassage } from './test/sample-records.ts';

const dayMs = 86_400_000;
const card = sampleId<'credential'>(501);
const pass = sampleId<'credential'>(502);
const ticket = sampleId<'credential'>(503);
const member = sampleId<'member'>(504);

let folder: string;
let clock: VirtualClock;
let random: SeededRandom;
let store: EdgeStore;

const open = async () => {
  const opened = await EdgeStore.open({ folder, hasPeers: true, clock, random, log: new RecordedLog() });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon aged '));
  clock = new VirtualClock();
  random = new SeededRandom(9);
  store = await open();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const end = (isStopping = () => false): Promise<Ended> => {
  const nowMs = clock.wallMs();
  return store.endAged({ nowMs, beforeMs: keptSinceMs(nowMs, entryLogTerm), isStopping });
};

/** Tables in which a row names one of these. */
async function tablesWith(...traces: readonly string[]): Promise<string[]> {
  const file = await Connection.open(join(folder, 'edge.sqlite'));
  try {
    const found: string[] = [];
    for (const table of await tableNames(file)) {
      const text = JSON.stringify(await file.all(`SELECT * FROM ${table}`));
      if (traces.some((trace) => text.includes(trace))) found.push(table);
    }
    return found;
  } finally {
    await file.close();
  }
}

async function tableNames(file: Connection): Promise<string[]> {
  const rows = await file.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
  );
  return rows.map(({ name }) => name);
}

const release = (credentialId: string) => ({
  kind: 'gate.release',
  subject: newId(clock, random),
  detail: { gateId: 'entrance', direction: 'entry', credentialId, singleUse: false, byStaff: false },
});

/** A visit with a card, a pass and a ticket, and all that a box writes of it. */
async function visits(): Promise<void> {
  const at = isoTime(clock.wallMs());
  for (const [index, credentialId] of [card, pass, ticket].entries()) {
    await store.write(async (tx) => {
      const decisionId = newId<'decision'>(clock, random);
      const intent = await store.intents.recordIntent(tx, release(credentialId));
      const granted = { outcome: 'granted', reason: null } as const;
      await store.passages.recordDecision(tx, {
        ...sampleDecision(index),
        at,
        decisionId,
        credentialId,
        ...granted,
      });
      const passage = {
        ...samplePassage(index, 'entry'),
        passageId: newId<'passage'>(clock, random),
        at,
        credentialId,
      };
      await store.passages.recordPassage(tx, passage, member);
      await store.intents.recordOutcome(tx, intent, 'passed');
    });
  }
  await store.write(async (tx) => {
    await store.passages.keepCode(tx, pass, passStepAt(clock.wallMs()));
    await store.passages.spendTicket(tx, ticket);
    // Of a gate that is taken away before it is known what became of it.
    await store.intents.recordIntent(tx, release(card));
    await store.intents.recordIntent(tx, { kind: 'print.ticket', subject: ticket, detail: {} });
  });
}

/** The base has taken all of it in, and signs for it. */
async function taken(keepDays = 35): Promise<void> {
  const last = (await store.outboxAfter(0, 5_000)).at(-1);
  if (!last) throw new Error('nothing was told');
  const at = isoTime(clock.wallMs());
  const receipt = { epoch: 1, through: last.seq, hash: last.hash, at, keepDays, signature: 'A'.repeat(86) };
  await store.saveAppliedThrough(last.seq, 1, receipt);
}

it('[RT8] says of every table of a box until when it keeps what, and the page of the documents says the same', async () => {
  const file = await Connection.open(join(folder, 'edge.sqlite'));
  const names = await tableNames(file);
  await file.close();
  expect(edgeKeptTable.flatMap(({ tables }) => [...tables]).sort()).toEqual(names);
  const page = readFileSync(new URL('../../docs/privacy.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
  for (const { what, until } of edgeKeptTable) expect(page).toContain(`| ${what} | ${until} |`);
});

it('[RT8] [RT10] names nobody after three months who went through, with no base in reach since', async () => {
  await visits();
  await taken();
  await clock.advance(89 * dayMs);
  expect(await end()).toEqual({ presence: 3, peer_share: 5 });
  expect(await tablesWith(card, pass, ticket, member)).toEqual([
    'intent',
    'outbox',
    'spent_ticket',
    'used_code',
  ]);
  await clock.advance(4 * dayMs);
  expect(await end()).toEqual({ intent: 5, used_code: 1, spent_ticket: 1, outbox: 6 });
  expect(await tablesWith(card, pass, ticket, member)).toEqual([]);
  expect(await end()).toEqual({});
  // The next event links to the last one that is gone.
  await visits();
  expect((await store.outboxAfter(0, 1))[0]).toMatchObject({ seq: 7, prevHash: await store.eventHash(6) });
});

it('[RT9] still knows a spent ticket of long ago, also after a restart, and lets nobody spend it again', async () => {
  await visits();
  await clock.advance(100 * dayMs);
  expect((await end()).spent_ticket).toBe(1);
  for (const start of ['before', 'after']) {
    if (start === 'after') {
      await store.close();
      store = await open();
    }
    expect(store.passages.isSpentHere(ticket)).toBe(true);
    expect(store.passages.isSpentHere(card)).toBe(false);
    expect(await store.write((tx) => store.passages.spendTicket(tx, ticket))).toBe(false);
  }
  // In one commit with the round that hides it, too.
  const other = sampleId<'credential'>(505);
  await store.write((tx) => store.passages.spendTicket(tx, other));
  await clock.advance(100 * dayMs);
  const [hidden, again] = await Promise.all([
    store.write((tx) => store.passages.hideSpent(tx, clock.wallMs(), 200)),
    store.write((tx) => store.passages.spendTicket(tx, other)),
  ]);
  expect(hidden).toBe(1);
  expect(again).toBe(false);
  expect(await tablesWith(other)).toEqual(['peer_share']);
});

it('[RT10] keeps what the base has not taken in, and what its backups may not hold yet', async () => {
  await visits();
  await taken(100);
  await visits();
  const photo = new Uint8Array(9);
  const digest = sha256Hex(photo);
  await store.write(async (tx) => {
    const event = await store.passages.recordDecision(tx, sampleDecision(9));
    await store.attachments.putAttachment(tx, digest, photo, event.seq);
  });
  await clock.advance(95 * dayMs);
  expect((await end()).outbox).toBeUndefined();
  await clock.advance(5 * dayMs);
  expect((await end()).outbox).toBe(6);
  expect((await store.outboxAfter(0, 100)).map(({ seq }) => seq)).toEqual([7, 8, 9, 10, 11, 12, 13]);
  expect(await store.erasedThrough()).toBe(6);
  // Taken in at last, and cut off again before the next receipt.
  await taken();
  await store.confirmAttachment(digest);
  await clock.advance(95 * dayMs);
  expect((await end()).outbox).toBe(8);
  expect(await store.attachment(digest)).toBeNull();
  // A base that was brought back from a backup since has signed for nothing yet.
  await visits();
  await taken();
  await store.saveAppliedThrough(16, 2);
  await clock.advance(95 * dayMs);
  expect((await end()).outbox).toBeUndefined();
});

it('[RT8] keeps of an answered order to forget somebody who it was, and not which cards they had', async () => {
  const record = { memberId: member, digests: [], credentialIds: [card] };
  const change = { kind: 'purge-order' as const, id: sampleId<'order'>(77), record };
  await store.applyFeed([{ version: 1, change }], 1, clock.wallMs());
  await taken();
  expect(await end()).toEqual({ purge_order: 1 });
  expect(await tablesWith(card)).toEqual([]);
  expect(await tablesWith(member)).toEqual(['purge_order']);
});

it('[RT8] leaves to other boxes what they may still ask for, and the last number that was given out', async () => {
  const put = (share: PeerShare) => store.write((tx) => store.peers.put(tx, share));
  await put({ kind: 'spent', credentialId: ticket, atMs: 1 });
  await put({ kind: 'code', credentialId: pass, step: 1 });
  await clock.advance(dayMs);
  expect(await end()).toEqual({ peer_share: 1 });
  expect(await tablesWith(pass)).toEqual([]);
  const page = await store.peers.after(0);
  expect(page).toMatchObject({ shares: [{ share: { kind: 'spent' } }, { share: { kind: 'let-in-over' } }] });
  expect(await end()).toEqual({});
  await clock.advance(45 * dayMs);
  expect(await end()).toEqual({ peer_share: 1 });
  expect(await store.peers.after(0)).toMatchObject({ shares: [{ share: { kind: 'let-in-over' } }] });
});

it('[RT11] goes on in pieces: a gate gets its turn between them, and what is stopped goes on the next time', async () => {
  await store.write(async (tx) => {
    for (let count = 0; count < 2_050; count++) {
      const intent = await store.intents.recordIntent(tx, release(card));
      await store.intents.recordOutcome(tx, intent, 'passed');
    }
  });
  await clock.advance(100 * dayMs);
  let asked = 0;
  const first = await end(() => ++asked > 3);
  expect(first.intent).toBeGreaterThan(0);
  expect(first.intent).toBeLessThan(2_050);
  let isOver = false;
  const rest = end().then((ended) => {
    isOver = true;
    return ended;
  });
  await store.write((tx) => store.passages.recordDecision(tx, sampleDecision(1)));
  expect(isOver).toBe(false);
  expect((await rest).intent).toBe(2_050 - (first.intent ?? 0));
});
