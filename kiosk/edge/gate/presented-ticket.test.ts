import { encodeTicket, type TicketClaims } from '@portillon/core/crypto/ticket.ts';
import type { AccessReason } from '@portillon/core/wire/event.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleId } from '../../store/test/sample-records.ts';
import { presentedCode } from './presented-credential.ts';
import { claims, GateCardRig, identity, nowMs, seller, stolen, stolenId } from './test/gate-card-rig.ts';

let rig: GateCardRig;

beforeEach(async () => {
  rig = await GateCardRig.open();
});

afterEach(() => rig.close());

function ticketOf(over: Partial<TicketClaims> = {}, by = seller): string {
  const { cardUid: _, ...stated } = claims();
  return encodeTicket({ ...stated, singleUse: true, ...over }, by.privateKey);
}

const shown = (text: string) => presentedCode(text, { identity, book: rig.store.book, log: rig.log });
const decided = (text: string) => rig.decided(shown(text));
const problems = () =>
  rig.log.entries
    .filter(({ event }) => event === 'gate.ticket-not-trusted' || event === 'gate.code-not-a-ticket')
    .map(({ fields }) => fields.problem);

const unknown = { outcome: 'refused', reason: 'unknown' };
const hour = 3_600_000;

it('[J10] [I6] lets in a ticket that the member book has never heard of', () => {
  expect(decided(ticketOf())).toMatchObject({ outcome: 'granted', by: 'grant' });
  expect(problems()).toEqual([]);
});

it.each([
  ['of another network', ticketOf({ networkId: sampleId<'network'>(99) }), 'wrong-network'],
  ['from a revoked edge', ticketOf({ issuerEdgeId: stolenId }, stolen), 'revoked-issuer'],
  ['from an edge that nobody knows', ticketOf({ issuerEdgeId: sampleId<'edge'>(98) }), 'unknown-issuer'],
  ['signed by another edge than it says', ticketOf({}, stolen), 'bad-signature'],
  ['of a version that nobody knows', ticketOf().replace('PT1.', 'PT7.'), 'unknown-version'],
  ['cut short', ticketOf().slice(0, 211), 'truncated'],
  ['with something behind it', `${ticketOf()}A`, 'malformed'],
  ['of four kilobytes', ticketOf().padEnd(4_096, 'A'), 'malformed'],
  ['with a blank in it', ticketOf().replace(/^(.{40})./, '$1 '), 'malformed'],
])('[J10] [I6] refuses a ticket %s, and says why', (_words, text, problem) => {
  expect(decided(text)).toEqual(unknown);
  expect(problems()).toEqual([problem]);
});

it('[J10] [I6] refuses a ticket with any single bit flipped', () => {
  const genuine = Buffer.from(ticketOf().slice(4), 'base64url');
  for (let bit = 0; bit < genuine.length * 8; bit++) {
    const bent = Uint8Array.from(genuine);
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const { presented, grant } = shown(`PT1.${Buffer.from(bent).toString('base64url')}`);
    expect([bit, presented.credentialId, grant]).toEqual([bit, null, null]);
  }
});

it.each<[string, Partial<TicketClaims>, AccessReason]>([
  ['lets a ticket from the future wait for its day', { validFromMs: nowMs + hour }, 'not-started'],
  ['refuses a ticket of yesterday', { validToMs: nowMs - hour }, 'expired'],
])('[J10] %s', (_words, over, reason) => {
  expect(decided(ticketOf(over))).toEqual({ outcome: 'refused', reason });
  expect(problems()).toEqual([]);
});

it.each([
  ['nothing', ''],
  ['an address', 'https://example.org/'],
  ['four kilobytes of anything', 'x'.repeat(4_096)],
  ['four kilobytes that begin like a pass', `PP1:${'0'.repeat(4_092)}`],
  ['the grant of a pass without its phone', `PG1:${'0'.repeat(281)}`],
  ['text that no encoder writes', '\u0000\u0001PT1.\ufffd'],
])('[I6] takes %s for nobody', (_words, text) => {
  expect(decided(text)).toEqual(unknown);
});
