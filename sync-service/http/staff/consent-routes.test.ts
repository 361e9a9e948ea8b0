import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { consentWordingDigest } from '@portillon/core/sale/consent-wording-digest.ts';
import {
  type ConsentPurpose,
  consentWordings,
  consentWordingVersion,
} from '@portillon/core/sale/consent-wordings.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { consentsAnswerSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { ApiClient } from '../../test/api-client.ts';
import { plansInOrder } from '../../test/plans-in-order.ts';
import { expectRebuiltTheSame } from '../../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, saleEvent, TestEdge, testPerson, testPhoto } from '../../test/test-edge.ts';
import { memberConsentsSchema } from './consent-view.ts';
import { erasurePlanSchema, privacyDeskSchema } from './privacy-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let edge: TestEdge;
let shop: ApiClient;
let legalEntityId: string;
let planId: string;
let staff = '';

const ask = (path: string, init: RequestInit = {}) =>
  fetch(base.url + path, {
    ...init,
    headers: { cookie: staff, 'content-type': 'application/json', ...init.headers },
  });
const post = (path: string, body: unknown) => ask(path, { method: 'POST', body: JSON.stringify(body) });
const withdraw = (memberId: string, purpose: ConsentPurpose) =>
  post(`/staff/api/members/${memberId}/consents`, { purpose, act: 'withdrawn' });
const consentsOf = async (memberId: string) =>
  memberConsentsSchema.parse(await (await ask(`/staff/api/members/${memberId}/consents`)).json());

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  edge = await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
  shop = await ApiClient.withKey(base.url, sql);
  legalEntityId = (await sql.query<{ id: string }>('select id from legal_entities'))[0]?.id ?? '';
  planId = (await plansInOrder(sql))[0] ?? '';
  const signedIn = await post('/staff/api/sign-in', { user: 'staff', password: base.staff?.password });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function sold(
  said: { photo: boolean; news: boolean },
  more: { at?: string; photo?: string; person?: string } = {},
) {
  const event = saleEvent({
    legalEntityId,
    planId,
    ...(more.photo || more.person
      ? {
          digests: {
            person: more.person ?? sha256Hex(newTestId()),
            photo: more.photo ?? null,
            contract: sha256Hex(newTestId()),
          },
        }
      : {}),
  });
  const consents = (['photo', 'news'] as const).map((purpose) => ({
    purpose,
    given: said[purpose],
    wordingVersion: consentWordingVersion,
    wordingDigest: consentWordingDigest(purpose, consentWordingVersion, 'fr'),
  }));
  const sale = { ...event, consents, at: more.at ?? event.at };
  await edge.pushed([edge.append(sale)]);
  return { memberId: sale.member.memberId, sale };
}

it('[CL1] [CL2] keeps each answer at a kiosk as a row that nobody changes, with the words that were asked', async () => {
  const { memberId, sale } = await sold({ photo: true, news: false });
  const { states, entries } = await consentsOf(memberId);
  expect(states).toEqual([
    { purpose: 'photo', state: 'given' },
    { purpose: 'news', state: 'not-given' },
  ]);
  const photo = entries.find(({ purpose }) => purpose === 'photo');
  expect(photo).toMatchObject({
    act: 'given',
    at: sale.at,
    wordingVersion: consentWordingVersion,
    wordingDigest: sha256Hex(photo?.wording ?? ''),
    language: 'fr',
    channel: 'kiosk',
    proof: { box: 'off-by-default', saleId: sale.saleId },
  });
  expect(photo?.wording).toContain('Aucune machine ne compare les visages.');
  await expect(sql.query("update consents set act = 'withdrawn'")).rejects.toThrow('never changed');
  await expect(sql.query('delete from consents')).rejects.toThrow('never changed');
  await expectRebuiltTheSame(sql);
  expect((await consentsOf(memberId)).entries).toEqual(entries);

  // An edge of the version before tells no digest: the version and the language name the words.
  const before = saleEvent({ legalEntityId, planId });
  const consents = [{ purpose: 'photo' as const, given: true, wordingVersion: consentWordingVersion }];
  await edge.pushed([edge.append({ ...before, consents })]);
  expect((await consentsOf(before.member.memberId)).entries[0]?.wordingDigest).toBe(photo?.wordingDigest);
});

it('[CL3] takes an answer of a shop with its words and its proof, and refuses one without', async () => {
  const { memberId } = await sold({ photo: false, news: false });
  const answer = {
    purpose: 'news',
    act: 'given',
    at: isoTime(systemClock.wallMs()),
    wording: { version: 'web-3', language: 'fr', words: 'Je veux recevoir les nouvelles du club.' },
    boxOffByDefault: true,
    reference: 'SHOP-1007',
  };
  const path = `/members/${memberId}/consents`;
  expect((await shop.post(path, answer)).body).toEqual({ purpose: 'news', state: 'given' });
  const [entry] = (await consentsOf(memberId)).entries;
  expect(entry).toMatchObject({
    channel: 'web-shop',
    wording: answer.wording.words,
    wordingDigest: sha256Hex(answer.wording.words),
  });
  for (const missing of ['at', 'wording', 'boxOffByDefault', 'reference'] as const) {
    const { [missing]: _left, ...rest } = answer;
    expect((await shop.post(path, rest)).body.error).toMatchObject({ code: 'api.malformed', path: missing });
  }
  const tomorrow = isoTime(systemClock.wallMs() + 86_400_000);
  expect((await shop.post(path, { ...answer, at: tomorrow })).body.error.path).toBe('at');
  const reader = await ApiClient.withKey(base.url, sql, { scopes: ['members:read'] });
  expect((await reader.post(path, answer)).body.error.code).toBe('api.not-in-scope');
});

it('[CL4] [CL5] lets the stricter count: a yes that a box tells late, or with a clock ahead, undoes nothing', async () => {
  const { memberId, sale } = await sold({ photo: true, news: true });
  expect((await withdraw(memberId, 'news')).status).toBe(201);
  const state = async () =>
    (await consentsOf(memberId)).states.find(({ purpose }) => purpose === 'news')?.state;
  expect(await state()).toBe('withdrawn');
  const again = await withdraw(memberId, 'news');
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ error: { code: 'consent.not-given' } });
  expect(
    (await post(`/staff/api/members/${memberId}/consents`, { purpose: 'news', act: 'given' })).status,
  ).toBe(400);

  const yes = (at: string, receivedAt: string) =>
    sql.query(
      `insert into consents (member_id, purpose, act, at, received_at, wording_version, channel, edge_id, sale_id, proof)
       values ($1, 'news', 'given', $2, $3, 'v', 'kiosk', $4, $5, '{}')`,
      [memberId, at, receivedAt, newTestId(), newTestId()],
    );
  const [taken] = (await consentsOf(memberId)).entries;
  const takenAt = taken?.at ?? '';
  // Said before, told after; at the very moment; and by a clock a year ahead, heard at that moment.
  await yes(sale.at, '2030-01-01T00:00:00.000Z');
  await yes(takenAt, takenAt);
  await yes('2099-01-01T00:00:00.000Z', takenAt);
  expect(await state()).toBe('withdrawn');
  // Said after it, and heard after it: a new yes.
  const after = isoTime(Date.parse(takenAt) + 1);
  await yes(after, after);
  expect(await state()).toBe('given');
  expect(
    (await shop.post(`/members/${memberId}/consents`, { purpose: 'photo', act: 'withdrawn' })).body,
  ).toEqual({ purpose: 'photo', state: 'withdrawn' });
});

it('[CL4] lets a no count where clocks leave it open which came last, and keeps what one box tells in its order', async () => {
  const noon = Date.parse('2026-11-20T12:00:00.000Z');
  const [here, there] = [newTestId(), newTestId()];
  /** Where it was said (null: at the desk), what, in which minute, and in which the base heard of it. */
  type Said = readonly [box: string | null, act: 'given' | 'withdrawn', at: number, heardAt: number];
  const stateAfter = async (...answers: readonly Said[]) => {
    const memberId = newTestId();
    for (const [box, act, at, heardAt] of answers) {
      await sql.query(
        `insert into consents (member_id, purpose, act, at, received_at, wording_version, channel, edge_id, proof)
         values ($1, 'news', $2, $3, $4, case when $2 = 'given' then 'v' end,
                 case when $5::uuid is null then 'staff' else 'kiosk' end, $5, '{}')`,
        [memberId, act, isoTime(noon + at * 60_000), isoTime(noon + heardAt * 60_000), box],
      );
    }
    const [now] = await sql.query<{ state: string }>("select consent_now($1, 'news') as state", [memberId]);
    return now?.state;
  };
  // A box whose clock is three minutes slow tells at once; then one that was cut off and said so long before.
  expect(await stateAfter([here, 'given', 0, 0], [there, 'withdrawn', -1, 2])).toBe('withdrawn');
  expect(await stateAfter([here, 'given', 0, 0], [there, 'withdrawn', -6, 60])).toBe('given');
  // What the base had heard of was said before.
  expect(await stateAfter([there, 'withdrawn', 0, 0], [here, 'given', 1, 1])).toBe('given');
  // A yes that is told late, perhaps by a clock ahead.
  expect(await stateAfter([null, 'withdrawn', 0, 0], [here, 'given', 4, 60])).toBe('withdrawn');
  expect(await stateAfter([null, 'withdrawn', 0, 0], [here, 'given', 6, 60])).toBe('given');
  // Of one box, cut off.
  expect(await stateAfter([here, 'withdrawn', 0, 60], [here, 'given', 2, 60])).toBe('given');
  expect(await stateAfter([here, 'given', 0, 60], [here, 'withdrawn', 2, 60])).toBe('withdrawn');
  // One more no that is open to doubt counts, whatever else is settled.
  expect(
    await stateAfter([there, 'withdrawn', 0, 60], [null, 'withdrawn', 1, 1], [here, 'given', 3, 3]),
  ).toBe('withdrawn');
});

it('[CL6] [CL7] erases the photo with the consent, takes none in that comes later, and tells who listens', async () => {
  const sealed = await edge.sealed('photo', testPhoto);
  const digest = sha256Hex(sealed);
  const { memberId } = await sold({ photo: true, news: false }, { photo: digest });
  expect((await edge.put(digest, sealed)).status).toBeLessThan(300);
  expect((await ask(`/staff/api/members/${memberId}/photo`)).status).toBe(200);
  const late = await edge.sealed('photo', testPhoto);
  const other = await sold({ photo: true, news: false }, { photo: sha256Hex(late) });
  const [key] = await sql.query<{ id: string }>('select id from api_keys limit 1');
  await sql.query(
    `insert into webhooks (id, key_id, url, kinds, secret, created_at)
     values ($1, $2, 'http://127.0.0.1:9/', '{consent.changed}', '', now())`,
    [newTestId(), key?.id],
  );
  await Promise.all([withdraw(memberId, 'photo'), withdraw(other.memberId, 'photo')]);
  expect((await ask(`/staff/api/members/${memberId}/photo`)).status).toBe(404);
  // The box may still hold it: taken as done, and kept nowhere.
  expect((await edge.put(sha256Hex(late), late)).status).toBeLessThan(300);
  expect(
    await sql.query(
      "select sealed, problem from attachments where purpose = 'photo' and member_id = any($1::uuid[])",
      [[memberId, other.memberId]],
    ),
  ).toEqual([1, 2].map(() => ({ sealed: null, problem: 'no-consent' })));
  const told = await sql.query<{ body: string }>(
    "select body from webhook_messages where kind = 'consent.changed' and subject_id = $1",
    [memberId],
  );
  expect(told.map(({ body }) => JSON.parse(body).data)).toEqual([
    { memberId, purpose: 'photo', channel: 'staff', given: false, at: expect.any(String) },
  ]);
});

/** What a member says or asks at the kiosk of the test, with the card of that sale. */
const atKiosk = (sale: EventOf<'sale.completed'>) => ({
  at: isoTime(systemClock.wallMs()),
  memberId: sale.member.memberId,
  credentialId: sale.credentials[0]?.credentialId ?? '',
});
const answered = (
  sale: EventOf<'sale.completed'>,
  purpose: ConsentPurpose,
  act: 'given' | 'not-given' | 'withdrawn',
  more: Partial<EventOf<'consent.answered'>> = {},
): EventOf<'consent.answered'> => ({
  type: 'consent.answered',
  answerId: newTestId(),
  ...atKiosk(sale),
  purpose,
  act,
  language: 'en',
  wording:
    act === 'withdrawn'
      ? null
      : {
          version: consentWordingVersion,
          digest: consentWordingDigest(purpose, consentWordingVersion, 'en') ?? '',
        },
  ...more,
});
const asks = (sale: EventOf<'sale.completed'>, what: 'copy' | 'erasure'): EventOf<'data.requested'> => ({
  type: 'data.requested',
  requestId: newTestId(),
  ...atKiosk(sale),
  asks: what,
  box: 'Borne 1',
});

it('[CL8] [W-CONSENT-1] [W-PERSON-2] takes what a member says at a kiosk into the ledger, once, and does what follows from it', async () => {
  const sealed = await edge.sealed('photo', testPhoto);
  const person = await edge.sealed('person', testPerson);
  const digests = { photo: sha256Hex(sealed), person: sha256Hex(person) };
  const { memberId, sale } = await sold({ photo: true, news: false }, digests);
  await edge.put(digests.person, person);
  await edge.put(digests.photo, sealed);
  const photoInClub = async () =>
    (await edge.wholeFeed(0, 'person')).flatMap(({ change }) =>
      change.kind === 'person' && change.record?.memberId === memberId ? [change.record.photo] : [],
    );
  expect(await photoInClub()).toEqual([digests.photo]);
  const [yes, no] = [answered(sale, 'news', 'given'), answered(sale, 'photo', 'withdrawn')];
  const { parked } = await edge.pushed([edge.append(yes), edge.append(no)]);
  expect(parked).toEqual([]);
  const { states, entries } = await consentsOf(memberId);
  expect(states).toEqual([
    { purpose: 'photo', state: 'withdrawn' },
    { purpose: 'news', state: 'given' },
  ]);
  expect(entries.find(({ act, purpose }) => act === 'given' && purpose === 'news')).toMatchObject({
    at: yes.at,
    channel: 'kiosk',
    language: 'en',
    wording: expect.stringContaining('You can change your mind here or at the desk'),
    proof: { box: 'off-by-default', event: 'consent.answered', credentialId: yes.credentialId },
  });
  expect((await ask(`/staff/api/members/${memberId}/photo`)).status).toBe(404);
  expect(await photoInClub()).toEqual([null]);
  const told = await sql.query<{ body: string }>(
    "select body from webhook_messages where kind = 'consent.changed' and subject_id = $1 order by seq",
    [memberId],
  );
  expect(told.map(({ body }) => JSON.parse(body).data)).toMatchObject([
    { purpose: 'photo', channel: 'kiosk', given: true },
    { purpose: 'news', channel: 'kiosk', given: false },
    { purpose: 'news', channel: 'kiosk', given: true },
    { purpose: 'photo', channel: 'kiosk', given: false },
  ]);

  // The same answer under another number, words for a yes taken back, no words for a yes, somebody else's card.
  const other = await sold({ photo: false, news: false });
  const { wording } = yes;
  const wrong = [
    yes,
    { ...no, answerId: newTestId(), wording },
    { ...yes, answerId: newTestId(), wording: null },
    { ...yes, answerId: newTestId(), memberId: other.memberId },
    answered(sale, 'photo', 'given'),
    { ...yes, answerId: newTestId(), photoDigest: digests.photo },
  ];
  const refused = await edge.pushed(wrong.map((event) => edge.append(event)));
  expect(refused.parked.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('already taken'),
    expect.stringContaining('names the words'),
    expect.stringContaining('names the words'),
    'the base knows no such credential of that member',
    expect.stringContaining('names the photo'),
    expect.stringContaining('names the photo'),
  ]);
  expect((await consentsOf(memberId)).entries).toEqual(entries);
  await expectRebuiltTheSame(sql);
  expect((await consentsOf(memberId)).entries).toEqual(entries);
});

it('[CL9] [W-CONSENT-1] [W-PERSON-2] keeps the photo of the last yes at a kiosk, in whichever order photos come, and none after a later no', async () => {
  const person = await edge.sealed('person', testPerson);
  const { memberId, sale } = await sold({ photo: false, news: false }, { person: sha256Hex(person) });
  await edge.put(sha256Hex(person), person);
  const photoInClub = async () => {
    const people = (await edge.wholeFeed(0, 'person')).flatMap(({ change }) =>
      change.kind === 'person' && change.record?.memberId === memberId ? [change.record.photo] : [],
    );
    return people.at(-1);
  };
  const saidAt = Date.parse(sale.at);
  const photos = await Promise.all(
    [1, 2, 3].map(async (taken) => {
      const sealed = await edge.sealed('photo', Uint8Array.from([...testPhoto, taken]));
      const digest = sha256Hex(sealed);
      return {
        sealed,
        digest,
        yes: answered(sale, 'photo', 'given', { at: isoTime(saidAt + taken), photoDigest: digest }),
      };
    }),
  );
  const [first, second, third] = photos;
  if (!first || !second || !third) throw new Error('three were taken');
  const pushed = await edge.pushed([edge.append(first.yes), edge.append(second.yes)]);
  expect(pushed.parked).toEqual([]);
  expect(pushed.wanted).toEqual(expect.arrayContaining([first.digest, second.digest]));
  expect(await photoInClub()).toBeNull();
  await edge.put(second.digest, second.sealed);
  expect(await photoInClub()).toBe(second.digest);
  await edge.put(first.digest, first.sealed);
  expect(await photoInClub()).toBe(second.digest);
  const shown = async () => {
    const answer = await ask(`/staff/api/members/${memberId}/photo`);
    return answer.status === 200 ? [...new Uint8Array(await answer.arrayBuffer())] : answer.status;
  };
  expect(await shown()).toEqual([...testPhoto, 2]);
  const held = () =>
    sql.query(
      `select problem, sealed is not null as held from attachments
        where member_id = $1 and purpose = 'photo' order by array_position($2::text[], digest)`,
      [memberId, photos.map(({ digest }) => digest)],
    );
  expect(await held()).toEqual([
    { problem: 'replaced', held: false },
    { problem: null, held: true },
  ]);

  // Said at the desk while the box of the third yes was cut off: later than that yes, whenever the base hears of it.
  await withdraw(memberId, 'photo');
  expect(await photoInClub()).toBeNull();
  expect((await edge.pushed([edge.append(third.yes)])).parked).toEqual([]);
  expect((await edge.put(third.digest, third.sealed)).status).toBe(204);
  expect([await shown(), await photoInClub()]).toEqual([404, null]);
  // A reading at a kiosk (W-PERSON-9) is written once, as the answers are.
  const { at, credentialId } = third.yes;
  const reads = [{ readId: newTestId(), memberId }];
  await edge.pushed([edge.append({ type: 'people.shown', at, credentialId, reads, box: 'Borne 1' })]);
  await expectRebuiltTheSame(sql);
  expect(await sql.query("select 1 from person_reads where page = 'came-in'")).toHaveLength(1);
  expect((await held()).map(({ held: isHeld }) => isHeld)).toEqual([false, false, false]);
});

it('[W-CONSENT-2] tells a box what the holder of a credential said last, with the words and no name', async () => {
  const { memberId, sale } = await sold({ photo: true, news: true });
  const { credentialId } = atKiosk(sale);
  const askFor = (body: unknown) => edge.signed('POST', '/v1/consents/ask', { body: JSON.stringify(body) });
  await withdraw(memberId, 'news');
  // Told late, perhaps by a clock ahead: it does not count (CL4), and is not told as what was said last.
  await sql.query(
    `insert into consents (member_id, purpose, act, at, received_at, wording_version, channel, edge_id, proof)
     values ($1, 'news', 'given', now() + interval '1 minute', now() + interval '1 hour', 'v', 'kiosk', $2, '{}')`,
    [memberId, newTestId()],
  );
  const { status, body } = await askFor({ credentialId });
  expect(status).toBe(200);
  expect(consentsAnswerSchema.parse(body).consents).toEqual([
    {
      purpose: 'photo',
      act: 'given',
      at: sale.at,
      words: consentWordings[consentWordingVersion]?.photo.fr.join('\n'),
    },
    { purpose: 'news', act: 'withdrawn', at: expect.any(String), words: null },
  ]);
  const refusal = async (asked: unknown) => (await askFor(asked)).body;
  expect(await refusal({ credentialId: newTestId() })).toMatchObject({
    error: { code: 'consent.unknown-member' },
  });
  await sql.query("update credentials set status = 'blocked' where id = $1", [credentialId]);
  expect(await refusal({ credentialId })).toMatchObject({ error: { code: 'consent.unknown-member' } });
  expect(await refusal({ credentialId: 'x' })).toMatchObject({ error: { code: 'consent.malformed' } });

  // Whoever asks for the whole network is stopped.
  const answers = new Set<number>();
  for (let tries = 0; tries < 61; tries++) answers.add((await askFor({ credentialId })).status);
  expect([...answers]).toEqual([404, 429]);
  await sql.query("delete from request_rates where what = 'consents'");
});

it('[PV4] [PV5] [PV6] [W-CONSENT-3] brings what is asked at a kiosk before the desk, erases nothing by it, and says until when', async () => {
  const { memberId, sale } = await sold({ photo: false, news: false });
  const requests = async () => {
    const { requests: all } = privacyDeskSchema.parse(await (await ask('/staff/api/privacy')).json());
    return all.filter((request) => request.memberId === memberId);
  };
  const [copy, erasure] = [asks(sale, 'copy'), asks(sale, 'erasure')];
  const twice = [copy, erasure, asks(sale, 'copy'), asks(sale, 'erasure')];
  expect((await edge.pushed(twice.map((event) => edge.append(event)))).parked).toEqual([]);
  const shown = await requests();
  expect(
    shown.map(({ id, asks, way, madeBy, state, overdue }) => [id, asks, way, madeBy, state, overdue]),
  ).toEqual(
    expect.arrayContaining([
      [copy.requestId, 'copy', 'kiosk', 'Borne 1', 'open', false],
      [erasure.requestId, 'erasure', 'kiosk', 'Borne 1', 'open', false],
    ]),
  );
  expect(shown).toHaveLength(2);
  const days = (Date.parse(shown[0]?.dueAt ?? '') - Date.parse(copy.at)) / 86_400_000;
  expect(days).toBeGreaterThanOrEqual(28);
  expect(days).toBeLessThanOrEqual(31);
  expect(
    await sql.query('select 1 from credentials where member_id = $1 and status = $2', [memberId, 'active']),
  ).toHaveLength(1);

  const close = (id: string, state: string) =>
    post(`/staff/api/privacy/requests/${id}/closing`, { state, reason: 'Ticket 118' });
  const digest = '0'.repeat(64);
  const carryOut = await post(`/staff/api/privacy/requests/${copy.requestId}/erasure`, {
    digest,
    reason: 'Ticket 118',
  });
  expect(await carryOut.json()).toMatchObject({ error: { code: 'erasure.unknown' } });
  expect(await (await close(erasure.requestId, 'handed-over')).json()).toMatchObject({
    error: { code: 'erasure.unknown' },
  });
  const plan = async () =>
    erasurePlanSchema
      .parse(await (await ask(`/staff/api/privacy/requests/${erasure.requestId}/plan`)).json())
      .holds.blocking.map(({ kind }) => kind);
  expect(await plan()).toContain('copy-awaited');
  expect((await close(copy.requestId, 'handed-over')).status).toBe(200);
  expect(await plan()).not.toContain('copy-awaited');
  // Settled: whoever asks again asks anew.
  const again = asks(sale, 'copy');
  await edge.pushed([edge.append(again)]);
  expect((await requests()).map(({ id, state }) => [id, state])).toEqual(
    expect.arrayContaining([
      [copy.requestId, 'handed-over'],
      [again.requestId, 'open'],
    ]),
  );

  await sql.query("update erasure_requests set made_at = now() - interval '32 days' where id = $1", [
    erasure.requestId,
  ]);
  expect((await requests()).find(({ id }) => id === erasure.requestId)?.overdue).toBe(true);

  await sql.query(
    "insert into purge_orders (id, member_id, why, made_at, due_at) values ($1, $2, 'request', now(), now())",
    [again.requestId, memberId],
  );
  await sql.query(
    "insert into erased_members (member_id, order_id, erased_at, kept) values ($1, $2, now(), '[]')",
    [memberId, again.requestId],
  );
  const { parked } = await edge.pushed([edge.append(asks(sale, 'erasure'))]);
  expect(parked.map(({ reason }) => reason)).toEqual(['that member was forgotten before']);
});
