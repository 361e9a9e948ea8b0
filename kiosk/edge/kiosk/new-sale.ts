import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import type { Clock } from '@portillon/core/base/clock.ts';
import {
  type ClubId,
  type EdgeId,
  type LegalEntityId,
  type NetworkId,
  newId,
  type PlanId,
} from '@portillon/core/base/ids.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { encodeTicket } from '@portillon/core/crypto/ticket.ts';
import { type SaleLine, totalOf } from '@portillon/core/sale/pricing.ts';
import { startSale } from '@portillon/core/sale/sale-machine.ts';
import { newSaleReference } from '@portillon/core/sale/sale-reference.ts';
import type { SaleShape } from '@portillon/core/sale/sale-state.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { CredentialIssue } from './credential-issue.ts';
import type {
  BridgeTicket,
  CardToMake,
  HandedCredential,
  SaleInProgress,
  TicketToHand,
} from './sale-in-progress.ts';

/** Where and for whom a sale begins. */
export interface NewSaleFacts {
  readonly visitId: string;
  readonly language: 'fr' | 'en';
  readonly club: ClubRecord;
  readonly identity: EdgeIdentity;
  /** Set where staff practise (SA52). */
  readonly practice: { readonly operator: string } | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** SA52: no card is fed, since one at the mouth would be taken for a real one some day. */
const practiceShape = { goods: 'none', money: 'in' } as const;

interface WhatIsSold {
  readonly shape: SaleShape;
  readonly lines: readonly SaleLine[];
  readonly agreedAtMs: number;
}

/** The part of a sale that is alike for all products, before anything has been done. */
export function newSale(facts: NewSaleFacts, { shape: ofProduct, lines, agreedAtMs }: WhatIsSold) {
  const { visitId, language, club, identity, practice, clock, random } = facts;
  // Here and in no product of its own: none can forget it.
  const shape: SaleShape = practice ? practiceShape : ofProduct;
  return {
    version: 2,
    shape,
    practice,
    visitId,
    language,
    saleId: newId<'sale'>(clock, random),
    saleReference: newSaleReference(random),
    legalEntityId: club.legalEntity.id as LegalEntityId,
    clubId: identity.clubId as ClubId,
    lines,
    totalCents: totalOf(lines),
    agreedAtMs,
    savedAtMs: agreedAtMs,
    state: startSale(shape).state,
    tried: [],
    payment: null,
    fiscal: null,
  } as const satisfies Partial<SaleInProgress>;
}

/** A ticket for one entry, signed by this box: any gate of the network believes it, with or without a network. */
export function signedTicket(
  { identity, clock, random }: Pick<NewSaleFacts, 'identity' | 'clock' | 'random'>,
  planId: PlanId,
  scope: 'network' | 'home',
  validFromMs: number,
  validToMs: number,
): TicketToHand {
  const credentialId = newId<'credential'>(clock, random);
  const text = encodeTicket(
    {
      networkId: identity.networkId as NetworkId,
      issuerEdgeId: identity.edgeId as EdgeId,
      credentialId,
      planId,
      homeClubId: identity.clubId as ClubId,
      scope,
      validFromMs,
      validToMs,
      singleUse: true,
    },
    identity.privateKey,
  );
  return { credentialId, text, validToMs };
}

const dayMs = 86_400_000;

type Handed =
  | { readonly card: CardToMake; readonly bridge?: null }
  | { readonly card: null; readonly bridge: BridgeTicket };

/**
 * SA79, SA83: a card that is still to be made, or a ticket signed by this box that its holder uses as often as they come,
 * until it ends or the phone has the pass.
 */
export function handedBy(
  issue: CredentialIssue,
  what: HandedCredential,
  { identity, clock }: Pick<NewSaleFacts, 'identity' | 'clock'>,
): Handed {
  if (issue.kind === 'card') return { card: { ...what, cardUid: null } };
  const { credentialId, planId, planScope, homeClubId = identity.clubId as ClubId, validFromMs } = what;
  const longestMs = clock.wallMs() + issue.bridgeDays * dayMs;
  const ticketToMs = Math.min(longestMs, what.validToMs ?? longestMs);
  const text = encodeTicket(
    {
      networkId: identity.networkId as NetworkId,
      issuerEdgeId: identity.edgeId as EdgeId,
      credentialId,
      planId,
      homeClubId,
      scope: planScope,
      validFromMs,
      validToMs: ticketToMs,
      singleUse: false,
    },
    identity.privateKey,
  );
  return { card: null, bridge: { ...what, text, ticketToMs } };
}

/** What is handed to a member, as the machine of the sale knows it. */
export function goodsOf(issue: CredentialIssue): 'card' | 'bridge' {
  return issue.kind === 'card' ? 'card' : 'bridge';
}
