import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { CredentialId, MemberId, PlanId } from '@portillon/core/base/ids.ts';
import type { BridgeTicket, CardToMake, SaleInProgress } from '../sale-in-progress.ts';

export interface CredentialRow {
  readonly credentialId: CredentialId;
  readonly record: CredentialRecord;
  /** What it is good for was not sold or renewed here, but is that of this credential (AC49). */
  readonly asOf?: CredentialId;
}

type Status = CredentialRecord['status'];

/** The card of a sale as the member book holds it. */
export function cardRecord(sale: SaleInProgress, card: CardToMake, status: Status): CredentialRecord {
  return {
    kind: 'card',
    cardUid: card.cardUid,
    memberId: card.memberId,
    planId: card.planId,
    homeClubId: card.homeClubId ?? sale.clubId,
    validFrom: isoTime(card.validFromMs),
    validTo: card.validToMs === null ? null : isoTime(card.validToMs),
    singleUse: false,
    status,
  };
}

/** The ticket that a member has until the phone has the pass (SA83). */
export function bridgeRecord(
  sale: SaleInProgress,
  { memberId, planId, homeClubId = sale.clubId, validFromMs, ticketToMs }: BridgeTicket,
  status: Status,
): CredentialRecord {
  return {
    kind: 'ticket',
    cardUid: null,
    memberId,
    planId,
    homeClubId,
    validFrom: isoTime(validFromMs),
    validTo: isoTime(ticketToMs),
    singleUse: false,
    status,
  };
}

/** The tickets of a sale, each good for one entry. */
export function ticketRows(
  sale: SaleInProgress,
  { memberId, planId }: { readonly memberId: MemberId | null; readonly planId: PlanId },
  status: Status,
): readonly CredentialRow[] {
  return sale.tickets.map(({ credentialId, validToMs }) => ({
    credentialId,
    record: {
      kind: 'ticket',
      cardUid: null,
      memberId,
      planId,
      homeClubId: sale.clubId,
      validFrom: isoTime(sale.agreedAtMs),
      validTo: isoTime(validToMs),
      singleUse: true,
      status,
    },
  }));
}
