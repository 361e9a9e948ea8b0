import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessFacts } from '@portillon/core/access/access-facts.ts';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { decide } from '@portillon/core/access/access-rule.ts';
import type { ZoneId } from '@portillon/core/access/zones.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import {
  type ClubId,
  type CredentialId,
  type MemberId,
  newId,
  type PlanId,
} from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import { presentMember } from '../../store/member-book.ts';
import { sampleClub, sampleCredential, samplePlan } from '../../store/test/sample-records.ts';
import { gatherFacts } from './gather-facts.ts';
import { InFlight } from './in-flight.ts';

/** A real store, filled by the feed; what it makes of the same card as the club, the base and the clock go on. */
const random = new SeededRandom(9);
let clock: VirtualClock;
let folder: string;
let store: EdgeStore;
let version = 0;
let inFlight: InFlight;
const zones = [{ id: 'pool', name: 'Pool' }];
const clubId = newId<'club'>(new VirtualClock(), random) as ClubId;
const planId = newId<'plan'>(new VirtualClock(), random) as PlanId;
const memberId = newId<'member'>(new VirtualClock(), random) as MemberId;
const credentialId = newId<'credential'>(new VirtualClock(), random) as CredentialId;

const policy = {
  antiPassback: { mode: 'hard', minutes: 10 },
  capacity: 'hard',
  debt: { graceDays: null, fromCents: 1 },
  dataAgeHours: { home: null, network: 24, debtor: null, ticket: null },
} as const;
const allDay = { hours: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [['00:00', '24:00']]])) };

beforeEach(async () => {
  clock = new VirtualClock();
  inFlight = new InFlight();
  folder = mkdtempSync(join(tmpdir(), 'gather-facts-'));
  const opened = await EdgeStore.open({
    folder: join(folder, 'state'),
    zones,
    clock,
    random,
    log: silentLog,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  await told([
    { kind: 'plan', id: planId, record: samplePlan({ scope: 'network', hours: null }) },
    clubRecord({}),
    cardRecord({}),
  ]);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

type RecordOf<Kind extends FeedRecord['kind']> = NonNullable<Extract<FeedRecord, { kind: Kind }>['record']>;

function clubRecord(changes: Partial<RecordOf<'club'>>): FeedRecord {
  return {
    kind: 'club',
    id: clubId,
    record: { ...sampleClub(), ...allDay, capacity: 2, policy, ...changes } as RecordOf<'club'>,
  };
}

function cardRecord(changes: Partial<RecordOf<'credential'>>, id: CredentialId = credentialId): FeedRecord {
  const validity = { validFrom: isoTime(clock.wallMs() - 1_000), validTo: null };
  const record = {
    ...sampleCredential(),
    kind: 'card',
    planId,
    memberId,
    singleUse: false,
    ...validity,
    ...changes,
  };
  return { kind: 'credential', id, record: record as RecordOf<'credential'> };
}

async function told(records: readonly FeedRecord[]): Promise<void> {
  const changes = records.map((change) => ({ version: ++version, change }));
  await store.applyFeed(changes, version, clock.wallMs());
}

/** The reason, or `granted`. */
function decided(
  who: CredentialId = credentialId,
  grant: NonNullable<AccessFacts['grant']> | null = null,
  kind: 'card' | 'ticket' = 'card',
  zone: ZoneId = null,
): string {
  const club = store.book.club(clubId);
  if (!club) throw new Error('the club is in the book');
  const presented = { presented: { kind, credentialId: who }, grant, code: null };
  const around = { store, clubId, nowMs: clock.wallMs(), inFlight, zone };
  const decision = decide(gatherFacts(presented, club, around));
  return decision.outcome === 'granted' ? 'granted' : decision.reason;
}

async function through(
  direction: 'entry' | 'exit',
  who: CredentialId | null,
  whose: MemberId | null = memberId,
  zone: ZoneId = null,
) {
  await store.write((tx) =>
    store.passages.recordPassage(
      tx,
      {
        passageId: newId(clock, random),
        at: isoTime(clock.wallMs()),
        gateId: 'main',
        zone,
        direction,
        decisionId: null,
        credentialId: who,
      },
      whose,
    ),
  );
}

it('refuses a card that was passed back, and lets it in again when its time is over', async () => {
  expect(decided()).toBe('granted');
  await through('entry', credentialId);
  expect(decided()).toBe('already-inside');
  await clock.advance(10 * 60_000);
  expect(decided()).toBe('granted');
  await through('entry', credentialId);
  await through('exit', credentialId);
  expect(decided()).toBe('granted');
});

it('refuses the one more than the club holds, and lets in again when somebody has left', async () => {
  await through('entry', null);
  await through('entry', null);
  expect(decided()).toBe('full-house');
  await through('exit', null);
  expect(decided()).toBe('granted');
});

it('is closed on the day that the operator says', async () => {
  const day = { from: isoTime(clock.wallMs()), to: isoTime(clock.wallMs() + 3_600_000) };
  await told([clubRecord({ closures: [day] })]);
  expect(decided()).toBe('club-closed');
  await clock.advance(3_600_000);
  expect(decided()).toBe('granted');
});

it('[I13] lets in by the book as long as the operator believes it, and no longer', async () => {
  await clock.advance(24 * 3_600_000);
  expect(decided()).toBe('granted');
  await clock.advance(1_000);
  expect(decided()).toBe('data-too-old');
  await told([]);
  expect(decided()).toBe('granted');
});

it('lets a minor in after her guardian, at any gate of this edge', async () => {
  const guardianId = newId<'member'>(clock, random);
  await told([cardRecord({ standing: { company: { kind: 'guardian', memberIds: [guardianId] } } })]);
  expect(decided()).toBe('guardian-missing');
  await through('entry', newId<'credential'>(clock, random), guardianId);
  expect(decided()).toBe('granted');
});

it('holds what the base said of the time against a clock that is slow', async () => {
  const end = clock.wallMs() + 3_600_000;
  await told([cardRecord({ validTo: isoTime(end) })]);
  expect(decided()).toBe('granted');
  await store.applyFeed([], version, end);
  expect(decided()).toBe('expired');
});

describe('the presence of a member', () => {
  const second = newId<'credential'>(new VirtualClock(), random);

  it('[AC36] lets in nobody with the second card of who went in with the first', async () => {
    await told([cardRecord({ cardUid: '04FFEEDDCCBBAA' }, second)]);
    await through('entry', credentialId);
    expect(decided(second)).toBe('already-inside');
    await through('exit', second);
    expect(decided()).toBe('granted');
  });

  it('[AC37] counts what a card did by its grant alone once the book knows whose it is', async () => {
    const grant = {
      credentialId: second,
      planId,
      homeClubId: clubId,
      scope: 'network',
      validFromMs: clock.wallMs(),
      validToMs: null,
      singleUse: false,
    } as const;
    await through('entry', second, null);
    expect(decided(second, grant)).toBe('already-inside');
    expect(decided()).toBe('granted');
    await told([cardRecord({ cardUid: '04FFEEDDCCBBAA' }, second)]);
    expect(decided()).toBe('already-inside');
    await store.close();
    const opened = await EdgeStore.open({
      folder: join(folder, 'state'),
      zones,
      clock,
      random,
      log: silentLog,
    });
    if (!opened.ok) throw new Error(opened.error.detail);
    store = opened.value;
    expect(decided()).toBe('already-inside');
  });

  it('[AC38] is neither that of the other member of a plan for two nor that of a guest with a ticket', async () => {
    const otherId = newId<'member'>(clock, random);
    const company = { kind: 'member', memberIds: [memberId] } as const;
    const ticket = newId<'credential'>(clock, random);
    await told([
      clubRecord({ capacity: 10 }),
      cardRecord({ memberId: otherId, standing: { company: { ...company, memberIds: [memberId] } } }, second),
      cardRecord({ kind: 'ticket', singleUse: true }, ticket),
    ]);
    expect(decided(ticket, null, 'ticket')).toBe('granted');
    await through('entry', ticket, presentMember(store.book.credential(ticket)));
    expect(decided(second)).toBe('member-missing');
    expect(decided()).toBe('granted');
    await through('entry', credentialId);
    expect(decided(second)).toBe('granted');
  });

  it('[AC32] [SA83] is shared by the ticket that stands in for the pass, which an entry does not spend', async () => {
    await told([cardRecord({ kind: 'ticket', cardUid: null }, second)]);
    expect(decided(second, null, 'ticket')).toBe('granted');
    await through('entry', second, presentMember(store.book.credential(second)));
    expect(decided()).toBe('already-inside');
    await through('exit', credentialId);
    expect(decided(second, null, 'ticket')).toBe('granted');
    await told([
      cardRecord(
        { kind: 'ticket', cardUid: null, standing: { suspendedUntil: isoTime(clock.wallMs() + 1) } },
        second,
      ),
    ]);
    expect(decided(second, null, 'ticket')).toBe('suspended');
    await told([cardRecord({ kind: 'ticket', cardUid: null, validTo: isoTime(clock.wallMs()) }, second)]);
    expect(decided(second, null, 'ticket')).toBe('expired');
  });

  it('[AC39] begins when a gate is released for the member, and ends when nobody goes', async () => {
    await told([cardRecord({ cardUid: '04FFEEDDCCBBAA' }, second)]);
    const release = { decisionId: 'one', credentialId, singleUse: false };
    inFlight.begin(release, memberId, clock.wallMs());
    expect([decided(), decided(second)]).toEqual(['already-inside', 'already-inside']);
    inFlight.end('one');
    expect([decided(), decided(second)]).toEqual(['granted', 'granted']);
  });
});

describe('at the gate of a zone inside', () => {
  const atPool = (kind: 'card' | 'ticket' = 'card') => decided(credentialId, null, kind, 'pool');

  it('[AC46] asks who is in that zone, also over the shoulder', async () => {
    await through('entry', credentialId);
    expect([decided(), atPool()]).toEqual(['already-inside', 'granted']);
    inFlight.begin({ decisionId: 'one', credentialId, singleUse: false }, memberId, clock.wallMs(), 'pool');
    expect(atPool()).toBe('already-inside');
    inFlight.end('one');
    await through('entry', credentialId, memberId, 'pool');
    expect(atPool()).toBe('already-inside');
    await through('exit', credentialId, memberId, 'pool');
    expect([decided(), atPool()]).toEqual(['already-inside', 'granted']);
  });

  it('[AC47] sends nobody away for a full club', async () => {
    await through('entry', null);
    await through('entry', credentialId);
    await told([clubRecord({ policy: { ...openPolicy, capacity: 'hard' } })]);
    expect([decided(), atPool()]).toEqual(['full-house', 'granted']);
  });

  it('[AC48] takes the ticket that led in, until the guest has left; spent here or by word of the base', async () => {
    const ticket = { kind: 'ticket', singleUse: true, cardUid: null } as const;
    await told([cardRecord(ticket)]);
    await store.write((tx) => store.passages.spendTicket(tx, credentialId));
    expect(atPool('ticket')).toBe('ticket-spent');
    await through('entry', credentialId, null);
    expect([decided(credentialId, null, 'ticket'), atPool('ticket')]).toEqual(['ticket-spent', 'granted']);
    await told([cardRecord({ ...ticket, status: 'spent' })]);
    expect([decided(credentialId, null, 'ticket'), atPool('ticket')]).toEqual(['ticket-spent', 'granted']);
    await told([cardRecord({ ...ticket, status: 'blocked' })]);
    expect(atPool('ticket')).toBe('blocked');
    await told([cardRecord({ ...ticket, status: 'spent' })]);
    await through('exit', credentialId, null);
    expect(atPool('ticket')).toBe('ticket-spent');
  });
});
