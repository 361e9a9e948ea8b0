import type { ClubRecord, CredentialRecord, PlanRecord } from '@portillon/core/access/access-facts.ts';
import type { Id } from '@portillon/core/base/ids.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { newSigningKeyPair, type SigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { edgeKeyToSign, type FeedRecord } from '@portillon/core/wire/messages.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';

/** Whole records as the feed carries them, for tests. */
export function sampleId<Kind extends string>(number: number): Id<Kind> {
  return `01900000-0000-7000-8000-${String(number).padStart(12, '0')}` as Id<Kind>;
}

export const networkKeys: SigningKeyPair = newSigningKeyPair();

export function sampleIdentity(): EdgeIdentity {
  return {
    edgeId: sampleId(1),
    networkId: sampleId(2),
    clubId: sampleId(3),
    networkKey: networkKeys.publicKey,
    sealKey: toBase64url(new Uint8Array(32).fill(7)),
    cardKey: { version: 3, key: toBase64url(new Uint8Array(16).fill(9)) },
    epoch: 1,
    privateKey: newSigningKeyPair().privateKey,
  };
}

export function sampleCredential(over: Partial<CredentialRecord> = {}): CredentialRecord {
  return {
    kind: 'card',
    cardUid: '04A1B2C3D4E5F6',
    memberId: sampleId(10),
    planId: sampleId(20),
    homeClubId: sampleId(3),
    validFrom: '2026-11-01T00:00:00.000Z',
    validTo: null,
    singleUse: false,
    status: 'active',
    ...over,
  };
}

export function samplePlan(over: Partial<PlanRecord> = {}): PlanRecord {
  const words = { fr: 'Libre', en: 'Open' };
  return {
    names: words,
    descriptions: words,
    commitments: words,
    position: 1,
    monthlyCents: 2_990,
    joiningFeeCents: 1_000,
    vatRate: 2_000,
    scope: 'network',
    hours: null,
    guestTickets: 1,
    soldAtKiosk: true,
    ...over,
  };
}

export function sampleClub(over: Partial<ClubRecord> = {}): ClubRecord {
  return {
    name: 'Lyon Part-Dieu',
    legalEntity: {
      id: sampleId(30),
      name: 'Cadence Lyon SAS',
      address: '1 rue du Test, 69003 Lyon',
      siret: '00000000000000',
      vatNumber: 'FR00000000000',
    },
    timeZone: 'Europe/Paris',
    capacity: 200,
    hours: { 1: [['06:00', '23:00']] },
    staffPhone: null,
    mediator: 'Médiateur',
    ...over,
  };
}

/** The key of an edge, vouched for by `signedWith`. */
export function sampleEdgeKey(
  edgeId: string,
  status: 'active' | 'revoked',
  signedWith: SigningKeyPair,
): NonNullable<Extract<FeedRecord, { kind: 'edge-key' }>['record']> {
  const clubId = sampleId<'club'>(3);
  const { publicKey } = newSigningKeyPair();
  const signature = signBytes(signedWith.privateKey, edgeKeyToSign(edgeId, clubId, publicKey, status));
  return { clubId, publicKey, status, signature: toBase64url(signature) };
}

export function sampleDecision(number = 1): Omit<EventOf<'access.decided'>, 'type'> {
  return {
    decisionId: sampleId(1_000 + number),
    at: '2026-11-23T09:00:00.000Z',
    gateId: 'entrance',
    zone: null,
    direction: 'entry',
    credentialId: null,
    presented: 'card',
    outcome: 'refused',
    reason: 'unknown',
    dataAgeMs: null,
    byGrant: false,
    byNumber: false,
    noted: [],
  };
}

export function samplePassage(
  number: number,
  direction: 'entry' | 'exit',
): Omit<EventOf<'passage.sensed'>, 'type' | 'occupancyAfter'> {
  return {
    passageId: sampleId(2_000 + number),
    at: '2026-11-23T09:00:00.000Z',
    gateId: 'entrance',
    direction,
    decisionId: null,
    credentialId: null,
  };
}
