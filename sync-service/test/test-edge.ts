import { randomBytes } from 'node:crypto';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type Id, newId } from '@portillon/core/base/ids.ts';
import { cents, netOf, vatRate } from '@portillon/core/base/money.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { eventHash, genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import { seal } from '@portillon/core/crypto/seal.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import type { EventBody, EventOf, OutboxEvent } from '@portillon/core/wire/event.ts';
import {
  type Contract,
  counterHeader,
  type EnrolAnswer,
  edgeHeader,
  enrolCounter,
  type FeedAnswer,
  type FeedChange,
  type FiscalHead,
  type Mandate,
  type Person,
  type PushAnswer,
  type PushRequest,
  requestToSign,
  signatureHeader,
  wireVersion,
} from '@portillon/core/wire/messages.ts';
import { type RawAnswer, rawAnswer } from './raw-answer.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export const newTestId = (): Id<string> => newId(systemClock, systemRandom);

/** JPEG by its first bytes; nothing looks further. */
export const testPhoto = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4]);

export const testPerson: Person = {
  givenName: 'Inès',
  familyName: 'Moreau-Testard',
  birthDate: '1991-04-12',
  email: 'ines@example.com',
  phone: null,
};

const contractText = 'Contract';
export const testContract: Contract = {
  wordingVersion: 'fr-1',
  language: 'fr',
  text: contractText,
  textSha256: sha256Hex(contractText),
  signedAt: '2026-11-23T09:00:00.000Z',
  signature: { kind: 'typed', text: 'Inès Moreau-Testard' },
};

export const testIban = 'FR7630006000011234567890189';

/** As a member signs it on the screen. */
export function signedMandate(reference: string, changes: Partial<Mandate> = {}): Mandate {
  const text = 'Mandat de prélèvement SEPA';
  return {
    reference,
    creditor: { creditorId: 'FR72ZZZ123456', name: 'Cadence Lyon SAS', address: '69003 Lyon' },
    debtor: { holder: 'Inès Moreau-Testard', iban: testIban },
    kind: 'recurrent',
    wordingVersion: 'fr-1',
    language: 'fr',
    text,
    textSha256: sha256Hex(text),
    place: 'Lyon Part-Dieu',
    signedAt: isoTime(systemClock.wallMs()),
    signature: { kind: 'typed', text: 'Inès Moreau-Testard' },
    ...changes,
  };
}

/** An edge by hand, one request at a time: what a test bends and breaks. */
export class TestEdge {
  readonly keys = newSigningKeyPair();
  readonly events: OutboxEvent[] = [];
  counter = 0;
  /** Each box has an address of its own, as the proxy tells it: limits are per address. */
  address = ['10', ...randomBytes(3)].join('.');
  readonly #url: string;
  #identity: EnrolAnswer | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  static async enrolled(url: string, code: string): Promise<TestEdge> {
    const edge = new TestEdge(url);
    const answer = await edge.enrol(code);
    if (answer.status !== 200) throw new Error(`not enrolled: ${JSON.stringify(answer.body)}`);
    return edge;
  }

  get identity(): EnrolAnswer {
    if (!this.#identity) throw new Error('not enrolled');
    return this.#identity;
  }

  /** Null: not signed, as an edge of the version before does it. */
  async enrol(
    code: string,
    publicKey = this.keys.publicKey,
    signedWith: string | null = publicKey === this.keys.publicKey ? this.keys.privateKey : null,
  ): Promise<Answer> {
    const body = JSON.stringify({ wireVersion, code, publicKey, software: 'test' });
    const headers = new Headers({ 'x-forwarded-for': this.address });
    if (signedWith !== null) {
      const toSign = requestToSign('POST', '/v1/enrol', enrolCounter, sha256Hex(body));
      headers.set(signatureHeader, toBase64url(signBytes(signedWith, toSign)));
    }
    const answer = await send(this.#url, 'POST', '/v1/enrol', { body }, headers);
    if (answer.status === 200) this.#identity = answer.body as EnrolAnswer;
    return answer;
  }

  /** Appends to the chain as the outbox of an edge does. */
  append(body: EventBody | { readonly type: string }): OutboxEvent {
    return this.appendText(canonicalJson(body));
  }

  appendText(body: string): OutboxEvent {
    const seq = this.events.length + 1;
    const eventId = newTestId();
    const prevHash = this.events.at(-1)?.hash ?? genesisHash;
    const event = { seq, eventId, body, prevHash, hash: eventHash(prevHash, seq, eventId, body) };
    this.events.push(event);
    return event;
  }

  async push(events: readonly OutboxEvent[] = this.events, more: Partial<PushRequest> = {}): Promise<Answer> {
    const push: PushRequest = {
      wireVersion,
      epoch: 1,
      events: [...events],
      occupancy: { inside: 0, at: isoTime(systemClock.wallMs()) },
      ...more,
    };
    return this.signed('POST', '/v1/push', { body: JSON.stringify(push) });
  }

  async pushed(
    events: readonly OutboxEvent[] = this.events,
    more: Partial<PushRequest> = {},
  ): Promise<PushAnswer> {
    const answer = await this.push(events, more);
    if (answer.status !== 200) throw new Error(`push: ${JSON.stringify(answer.body)}`);
    return answer.body as PushAnswer;
  }

  async put(digest: string, bytes: Uint8Array): Promise<Answer> {
    return this.signed('PUT', `/v1/attachments/${digest}`, {
      body: bytes,
      contentType: 'application/octet-stream',
    });
  }

  /** `kinds` as the edge asks for them; without it, as an edge of the first version. */
  async feed(after = 0, waitSeconds = 0, kinds?: string): Promise<FeedAnswer> {
    const asked = kinds === undefined ? '' : `&kinds=${kinds}`;
    const answer = await this.signed('GET', `/v1/feed?after=${after}&waitSeconds=${waitSeconds}${asked}`);
    if (answer.status !== 200) throw new Error(`feed: ${JSON.stringify(answer.body)}`);
    return answer.body as FeedAnswer;
  }

  /** Page by page to the end. */
  async wholeFeed(after = 0, kinds?: string): Promise<FeedChange[]> {
    const { changes, cursor, more } = await this.feed(after, 0, kinds);
    return more ? [...changes, ...(await this.wholeFeed(cursor, kinds))] : changes;
  }

  /** Signs as asked; `bend` changes the headers just before they go out. */
  async signed(
    method: string,
    path: string,
    options: SendOptions & { readonly counter?: number; readonly bend?: (headers: Headers) => void } = {},
  ): Promise<Answer> {
    const headers = this.#signature(method, path, options);
    options.bend?.(headers);
    return send(this.#url, method, path, options, headers);
  }

  /** The bytes of an answer as they travelled. */
  async raw(path: string, acceptEncoding = ''): Promise<RawAnswer> {
    const headers = this.#signature('GET', path);
    headers.set('accept-encoding', acceptEncoding);
    return rawAnswer(this.#url + path, headers);
  }

  #signature(
    method: string,
    path: string,
    options: SendOptions & { readonly counter?: number } = {},
  ): Headers {
    this.counter = options.counter ?? this.counter + 1;
    return this.signature(method, path, options.body ?? '', this.counter);
  }

  /** The headers with which a request is believed. */
  signature(method: string, path: string, body: Uint8Array | string, counter: number): Headers {
    const toSign = requestToSign(method, path, counter, sha256Hex(body));
    return new Headers({
      [edgeHeader]: this.identity.edgeId,
      [counterHeader]: String(counter),
      [signatureHeader]: toBase64url(signBytes(this.keys.privateKey, toSign)),
    });
  }

  sealed(
    purpose: 'person' | 'photo' | 'contract' | 'mandate',
    plain: Uint8Array | object,
  ): Promise<Uint8Array> {
    const bytes = plain instanceof Uint8Array ? plain : new TextEncoder().encode(JSON.stringify(plain));
    return seal(this.identity.sealKey, purpose, bytes);
  }
}

interface SendOptions {
  readonly body?: Uint8Array | string;
  readonly contentType?: string;
}

export async function send(
  url: string,
  method: string,
  path: string,
  options: SendOptions = {},
  headers = new Headers(),
): Promise<Answer> {
  if (options.body !== undefined) headers.set('content-type', options.contentType ?? 'application/json');
  const response = await fetch(url + path, { method, headers, body: options.body ?? null });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** The newest record of a chain; the signature tells apart two records of one number. */
export function fiscalHead(no: number, chain = 'receipts', signed = 'A'): FiscalHead {
  return { chain, no, signature: signed.repeat(86) };
}

/** A sale of one card and, if wanted, one ticket, as the kiosk reports it. */
export function saleEvent(place: {
  readonly legalEntityId: string;
  readonly planId: string;
  readonly ticket?: boolean;
  readonly digests?: { person: string; photo: string | null; contract: string };
}): EventOf<'sale.completed'> {
  const at = isoTime(systemClock.wallMs());
  const digest = () => randomBytes(32).toString('hex');
  const { person, photo, contract } = place.digests ?? {
    person: digest(),
    photo: digest(),
    contract: digest(),
  };
  const credential = { validFrom: at, validTo: null };
  return {
    type: 'sale.completed',
    saleId: newTestId(),
    saleReference: 'M7QK-2F9C',
    at,
    legalEntityId: place.legalEntityId,
    language: 'fr',
    member: { memberId: newTestId(), personDigest: person, photoDigest: photo, contractDigest: contract },
    membership: { membershipId: newTestId(), planId: place.planId, validFrom: at, validTo: null },
    credentials: [
      { credentialId: newTestId(), kind: 'card', cardUid: '04A1B2C3D4E5F6', singleUse: false, ...credential },
      ...(place.ticket
        ? [
            {
              credentialId: newTestId(),
              kind: 'ticket' as const,
              cardUid: null,
              singleUse: true,
              ...credential,
            },
          ]
        : []),
    ],
    consents: [{ purpose: 'photo', given: true, wordingVersion: 'fr-1' }],
    lines: [
      {
        label: 'Tous les jours',
        // Of no plan: what it costs is no matter here (W-PLAN-3).
        productId: 'membership',
        quantity: 1,
        unitCents: 5_490,
        grossCents: 5_490,
        netCents: 4_575,
        vatRate: 2_000,
      },
    ],
    totalCents: 5_490,
    payment: {
      means: 'bank-card',
      reference: 'R1',
      maskedPan: '************1234',
      scheme: 'CB',
      authorisation: 'A1',
      terminalContract: null,
    },
  };
}

/** A member pays for a period that follows, or for another plan. */
export function renewalEvent(
  member: { readonly memberId: string; readonly legalEntityId: string; readonly planId: string },
  period: { readonly from: string; readonly to: string },
  priceCents = 3_990,
): EventOf<'membership.renewed'> {
  return {
    type: 'membership.renewed',
    ...paidSale(member.legalEntityId, [['period', priceCents]]),
    memberId: member.memberId,
    membershipId: newTestId(),
    planId: member.planId,
    ...period,
  };
}

const netAt = (grossCents: number, rate: number) => netOf(cents(grossCents), vatRate(rate));

/** A member pays debts: ids and amounts. */
export function settledDebtEvent(
  member: { readonly memberId: string; readonly legalEntityId: string },
  debts: readonly (readonly [debtId: string, cents: number])[],
): EventOf<'debt.settled'> {
  return {
    type: 'debt.settled',
    ...paidSale(member.legalEntityId, debts),
    memberId: member.memberId,
    debtIds: debts.map(([debtId]) => debtId),
  };
}

function paidSale(legalEntityId: string, lines: readonly (readonly [productId: string, cents: number])[]) {
  const { saleReference, at, language, payment } = saleEvent({ legalEntityId, planId: newTestId() });
  return {
    saleId: newTestId(),
    saleReference,
    at,
    legalEntityId,
    language,
    payment,
    lines: lines.map(([productId, cents]) => ({
      label: 'Line',
      productId,
      quantity: 1,
      unitCents: cents,
      grossCents: cents,
      netCents: netAt(cents, 2_000),
      vatRate: 2_000,
    })),
    totalCents: lines.reduce((total, [, cents]) => total + cents, 0),
    fiscal: { recordNo: 7, characters: 'FUCC' },
  };
}

/** Money given back by an order, all in the first line, as the kiosk reports it. */
export function refundEvent(
  order: { readonly id: string; readonly amountCents: number },
  sale: EventOf<'sale.completed'>,
): EventOf<'sale.refunded'> {
  const [line] = sale.lines;
  if (!line) throw new Error('a sale has lines');
  const grossCents = order.amountCents;
  return {
    type: 'sale.refunded',
    refundId: newTestId(),
    refundReference: 'R3FD-2F9C',
    at: isoTime(systemClock.wallMs()),
    orderId: order.id,
    saleId: sale.saleId,
    originalRecordNo: 41,
    language: 'fr',
    lines: [{ ...line, unitCents: grossCents, grossCents, netCents: netAt(grossCents, line.vatRate) }],
    totalCents: grossCents,
    payment: { ...sale.payment, reference: 'R3FD2F9CP1' },
    fiscal: { recordNo: 52, characters: 'wXyZ' },
  };
}

/** Another card by an order, as the kiosk reports it. */
export function replacementEvent(
  order: { readonly id: string; readonly amountCents: number },
  sale: EventOf<'sale.completed'>,
  legalEntityId: string,
): EventOf<'card.replaced'> {
  const [line] = sale.lines;
  const lost = sale.credentials[0]?.credentialId;
  if (!line || !lost) throw new Error('a sale has lines and a card');
  const grossCents = order.amountCents;
  const at = isoTime(systemClock.wallMs());
  return {
    type: 'card.replaced',
    saleId: newTestId(),
    saleReference: 'C4RD-2F9C',
    at,
    orderId: order.id,
    legalEntityId,
    language: 'fr',
    replacedCredentialId: lost,
    credential: { credentialId: newTestId(), cardUid: '04FFEEDDCCBBAA', validFrom: at, validTo: null },
    lines:
      grossCents === 0
        ? []
        : [
            {
              ...line,
              productId: 'card-fee',
              unitCents: grossCents,
              grossCents,
              netCents: netAt(grossCents, line.vatRate),
            },
          ],
    totalCents: grossCents,
    payment: grossCents === 0 ? null : { ...sale.payment, reference: 'C4RD2F9CP1' },
    fiscal: grossCents === 0 ? null : { recordNo: 53, characters: 'wXyZ' },
  };
}

/** A case that concerns no sale, unless told otherwise. */
export function caseEvent(more: Partial<EventOf<'case.opened'>> = {}): EventOf<'case.opened'> {
  return {
    type: 'case.opened',
    caseId: newTestId(),
    at: isoTime(systemClock.wallMs()),
    kind: 'payment-in-doubt',
    amountCents: 5_490,
    reference: 'M7QK-2F9C',
    tried: ['asked the terminal six times in 30 s: no answer'],
    detail: '',
    ...more,
  };
}

/** Someone at the gate: the decision, and for a grant the passage through it. */
export function visit(credentialId: string | null, outcome: 'granted' | 'refused' = 'granted') {
  const at = isoTime(systemClock.wallMs());
  const decided: EventOf<'access.decided'> = {
    type: 'access.decided',
    decisionId: newTestId(),
    at,
    gateId: 'gate-1',
    credentialId,
    presented: 'card',
    outcome,
    reason: outcome === 'refused' ? 'unknown' : null,
    dataAgeMs: 120,
    byGrant: false,
  };
  const sensed: EventOf<'passage.sensed'> = {
    type: 'passage.sensed',
    passageId: newTestId(),
    at,
    gateId: 'gate-1',
    direction: 'entry',
    decisionId: decided.decisionId,
    credentialId,
    occupancyAfter: 1,
  };
  return { decided, sensed };
}
