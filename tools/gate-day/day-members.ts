import type { ClubRecord, PlanRecord } from '@portillon/core/access/access-facts.ts';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import {
  type ClubId,
  type CredentialId,
  type EdgeId,
  idBytes,
  type NetworkId,
  newId,
  type PlanId,
} from '@portillon/core/base/ids.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { Result } from '@portillon/core/base/result.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import type { EntryClaims } from '@portillon/core/crypto/entry-claims.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import { encodePassGrant } from '@portillon/core/crypto/pass-grant.ts';
import { passCodeText, passStepAt, passToSign } from '@portillon/core/crypto/pass-layout.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import { encodeTicket } from '@portillon/core/crypto/ticket.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { type CardKind, makeCard } from '@portillon/hardware-sims/world/physical-card.ts';
import { cardKeysOf } from '@portillon/kiosk/edge/card-keys-of.ts';
import type { TestEdge } from '@portillon/sync-service/test/test-edge.ts';
import { midnightMs } from './day-time.ts';
import type { PlannedPerson } from './planned-act.ts';
import { hourMs } from './visits.ts';

/** What somebody has in the hand. */
export type InHand =
  | { readonly kind: 'card'; readonly card: SimCard }
  | { readonly kind: 'number'; readonly number: string }
  /** The text of a code as it is shown at that time. */
  | { readonly kind: 'code'; readonly textAt: (wallMs: number) => string };

interface Held {
  readonly inHand: InHand;
  readonly memberId: string | null;
  readonly credentialId: CredentialId | null;
}

export interface DayMembersOptions {
  /** A kiosk of the club that sold to all of them, with the keys that write cards. */
  readonly kiosk: TestEdge;
  readonly clubId: string;
  readonly people: readonly PlannedPerson[];
  readonly clock: Clock;
  readonly random: Random;
}

const batchLength = 200;

/**
 * The people of a day with what they hold: cards written with the club's keys and a grant, phones with a key, papers. What
 * was sold is told to the member base by the kiosk's own events, except what it had no network for.
 */
export class DayMembers {
  readonly kioskId: string;
  readonly #held: ReadonlyMap<string, Held>;

  private constructor(kioskId: string, held: ReadonlyMap<string, Held>) {
    this.kioskId = kioskId;
    this.#held = held;
  }

  /** Resolves when the base has taken in everything. */
  static async soldTo(options: DayMembersOptions): Promise<DayMembers> {
    const { kiosk, clubId, people } = options;
    const records = (await kiosk.wholeFeed()).map(({ change }) => change);
    const club = records.find(({ kind, id }) => kind === 'club' && id === clubId)?.record as
      | ClubRecord
      | undefined;
    if (!club) throw new Error('the kiosk was not told of its club');
    const plans = records.flatMap((change) =>
      change.kind === 'plan' && change.record ? [{ planId: change.id as PlanId, plan: change.record }] : [],
    );
    const desk = new SellingDesk(options, club, plans);
    const held = new Map<string, Held>();
    for (const person of people) held.set(person.key, await desk.sellTo(person));
    for (let from = 0; from < kiosk.events.length; from += batchLength) {
      const { parked } = await kiosk.pushed(kiosk.events.slice(from, from + batchLength));
      if (parked[0]) throw new Error(`the base parked a sale: ${parked[0].reason}`);
    }
    return new DayMembers(kiosk.identity.edgeId, held);
  }

  inHandOf(key: string): InHand {
    return this.#of(key).inHand;
  }

  memberOf(key: string): string {
    const { memberId } = this.#of(key);
    if (memberId === null) throw new Error(`${key} is no member`);
    return memberId;
  }

  credentialOf(key: string): CredentialId {
    const { credentialId } = this.#of(key);
    if (credentialId === null) throw new Error(`${key} holds nothing of this network`);
    return credentialId;
  }

  #of(key: string): Held {
    const held = this.#held.get(key);
    if (!held) throw new Error(`nobody of the day is called ${key}`);
    return held;
  }
}

interface PlanOnSale {
  readonly planId: PlanId;
  readonly plan: PlanRecord;
}

class SellingDesk {
  readonly #options: DayMembersOptions;
  readonly #club: ClubRecord;
  readonly #plans: readonly PlanOnSale[];
  #saleNo = 0;

  constructor(options: DayMembersOptions, club: ClubRecord, plans: readonly PlanOnSale[]) {
    this.#options = options;
    this.#club = club;
    this.#plans = plans;
  }

  async sellTo(person: PlannedPerson): Promise<Held> {
    switch (person.holds) {
      case 'foreign-card':
        return { ...nobody, inHand: { kind: 'card', card: this.#plastic('foreign-desfire') } };
      case 'number-badge':
        return { ...nobody, inHand: { kind: 'number', number: this.#plastic('uid-badge').uid } };
      case 'shop-code':
        return { ...nobody, inHand: { kind: 'code', textAt: () => '4006381333931' } };
      case 'ticket':
        return this.#sellTicket();
      case 'card':
      case 'pass':
        return this.#sellMembership(person);
    }
  }

  #sellTicket(): Held {
    const { kiosk } = this.#options;
    const { planId, plan } = this.#plan(({ dayEntry }) => dayEntry !== undefined);
    const credentialId = this.#newId<'credential'>();
    const [fromMs, toMs] = [midnightMs(), midnightMs() + 24 * hourMs];
    const claims = this.#claims(credentialId, planId, plan.scope, fromMs, toMs);
    const text = encodeTicket({ ...claims, singleUse: true }, kiosk.keys.privateKey);
    this.#tell({
      ...this.#money('Day entry', planId, 1_200),
      type: 'day-entry.sold',
      planId,
      ticket: { credentialId, validFrom: isoTime(fromMs), validTo: isoTime(toMs) },
    });
    return { inHand: { kind: 'code', textAt: () => text }, memberId: null, credentialId };
  }

  async #sellMembership({ holds, standing }: PlannedPerson): Promise<Held> {
    const { planId, plan } = this.#plan(
      ({ hours, scope, dayEntry }) =>
        dayEntry === undefined &&
        (standing === 'off-peak' ? hours !== null : hours === null && scope === 'network'),
    );
    const fromMs = this.#options.clock.wallMs();
    const toMs = standing === 'expired' ? midnightMs(1) : null;
    const credentialId = this.#newId<'credential'>();
    const memberId = this.#newId<'member'>();
    const claims = this.#claims(credentialId, planId, plan.scope, fromMs, toMs);
    const card = await this.#card(claims, standing !== 'unpaid');
    const held: Held = { inHand: { kind: 'card', card }, memberId, credentialId };
    if (standing === 'unpaid' || standing === 'sold-offline') return held;
    const validFrom = isoTime(fromMs);
    const validTo = toMs === null ? null : isoTime(toMs);
    this.#tell({
      ...this.#money('Membership', 'membership', 5_490),
      type: 'sale.completed',
      member: { memberId, personDigest: digest(), photoDigest: null, contractDigest: digest() },
      mandate: null,
      membership: { membershipId: this.#newId(), planId, validFrom, validTo },
      credentials: [{ credentialId, kind: 'card', cardUid: card.uid, validFrom, validTo, singleUse: false }],
      consents: [],
    });
    return holds === 'pass' ? { ...held, ...this.#enrolPass(claims) } : held;
  }

  #enrolPass(card: EntryClaims): Pick<Held, 'inHand' | 'credentialId'> {
    const phone = newSigningKeyPair();
    const credentialId = this.#newId<'credential'>();
    const { publicKey } = phone;
    const grant = encodePassGrant({ ...card, credentialId, publicKey }, this.#options.kiosk.keys.privateKey);
    const validFrom = isoTime(card.validFromMs);
    this.#tell({
      type: 'pass.enrolled',
      at: validFrom,
      besideCredentialId: card.credentialId,
      pass: { credentialId, publicKey, validFrom },
    });
    const textAt = (wallMs: number) => {
      const signed = passToSign(grant, passStepAt(wallMs));
      return passCodeText('pass', signed, signBytes(phone.privateKey, signed));
    };
    return { inHand: { kind: 'code', textAt }, credentialId };
  }

  /** By the commands that a dispenser's encoder would give. */
  async #card(claims: EntryClaims, paid: boolean): Promise<SimCard> {
    const { kiosk } = this.#options;
    const card = this.#plastic('club-card');
    card.powerOff();
    const written = new ClubCard({
      channel: {
        uid: bytesOfHex(card.uid),
        transmit: async (apdu) => {
          const answer = card.answer(apdu);
          return answer ? ok(answer) : err(fault('card.gone', 'taken away'));
        },
      },
      keys: cardKeysOf(kiosk.identity),
      randomBytes: systemRandom.bytes,
    });
    const id = idBytes(claims.credentialId);
    done(await written.stage(id));
    const grant = encodeGrant({ ...claims, cardUid: bytesOfHex(card.uid) }, kiosk.keys.privateKey);
    if (paid) done(await written.writeGrant(id, grant));
    return card;
  }

  #plastic(kind: CardKind): SimCard {
    return makeCard(kind, kind, this.#options.random).chip;
  }

  #claims(
    credentialId: CredentialId,
    planId: PlanId,
    scope: 'network' | 'home',
    validFromMs: number,
    validToMs: number | null,
  ): EntryClaims {
    const { networkId, edgeId } = this.#options.kiosk.identity;
    return {
      networkId: networkId as NetworkId,
      issuerEdgeId: edgeId as EdgeId,
      credentialId,
      planId,
      homeClubId: this.#options.clubId as ClubId,
      scope,
      validFromMs,
      validToMs,
    };
  }

  #money(label: string, productId: string, cents: number) {
    this.#saleNo += 1;
    return {
      saleId: this.#newId(),
      saleReference: `D4Y0-${String(this.#saleNo).padStart(4, '0')}`,
      at: isoTime(this.#options.clock.wallMs()),
      legalEntityId: this.#club.legalEntity.id,
      language: 'fr' as const,
      lines: [
        {
          label,
          productId,
          quantity: 1,
          unitCents: cents,
          grossCents: cents,
          netCents: Math.round(cents / 1.2),
          vatRate: 2_000,
        },
      ],
      totalCents: cents,
      payment: {
        means: 'bank-card' as const,
        reference: `D${this.#saleNo}`,
        maskedPan: '************1234',
        scheme: 'CB',
        authorisation: 'A1',
        terminalContract: null,
      },
      fiscal: null,
    };
  }

  #plan(fits: (plan: PlanRecord) => boolean): PlanOnSale {
    const found = this.#plans.find(({ plan }) => fits(plan));
    if (!found) throw new Error('the network has no plan for this');
    return found;
  }

  #tell(event: EventBody): void {
    this.#options.kiosk.append(event);
  }

  #newId<Kind extends string>() {
    return newId<Kind>(this.#options.clock, systemRandom);
  }
}

const nobody = { memberId: null, credentialId: null };

function digest(): string {
  return Buffer.from(systemRandom.bytes(32)).toString('hex');
}

function done(written: Result<unknown, { readonly detail: string }>): void {
  if (!written.ok) throw new Error(`a card was not written: ${written.error.detail}`);
}
