import { isoTime } from '@portillon/core/base/clock.ts';
import type { Account } from '@portillon/core/wire/messages.ts';
import type { MembershipSale } from '../sale-in-progress.ts';
import { cardRecord, ticketRows } from './credential-rows.ts';
import { moneyOf, paidOf, type SaleBooks } from './sale-books.ts';

/** The wording of the consent screens; a changed sentence is a new version. */
const consentWordingVersion = '2026-11-a';

/** A member, a membership, a card, and tickets to bring somebody. */
export function membershipBooks(sale: MembershipSale): SaleBooks {
  const { card, memberId, personDigest, photoDigest, contractDigest } = sale;
  const mandate = namedMandate(sale);
  const validFrom = isoTime(sale.agreedAtMs);
  const validTo = card.validToMs === null ? null : isoTime(card.validToMs);
  // What the base will say of it, so that the member may come back at once.
  const account: Account = {
    membershipId: sale.membershipId,
    planId: sale.planId,
    planFrom: validFrom,
    validTo,
    status: 'active',
    debts: [],
  };
  const consent = (purpose: 'photo' | 'news', given: boolean) => ({
    purpose,
    given,
    wordingVersion: consentWordingVersion,
  });
  return {
    customerId: memberId,
    attachments: [personDigest, photoDigest, contractDigest, mandate?.digest ?? null].filter(
      (digest) => digest !== null,
    ),
    ...(sale.mandate?.kind === 'missing' ? { opensCase: 'mandate-missing' } : {}),
    order: null,
    creditOf: null,
    event: (recorded) => ({
      ...moneyOf(sale, recorded),
      ...paidOf(recorded),
      type: 'sale.completed',
      member: { memberId, personDigest, photoDigest, contractDigest },
      mandate,
      membership: { membershipId: sale.membershipId, planId: sale.planId, validFrom, validTo },
      credentials: [
        {
          credentialId: card.credentialId,
          kind: 'card',
          cardUid: card.cardUid,
          validFrom,
          validTo,
          singleUse: false,
        },
        ...sale.tickets.map(({ credentialId, validToMs }) => ({
          credentialId,
          kind: 'ticket' as const,
          cardUid: null,
          validFrom,
          validTo: isoTime(validToMs),
          singleUse: true,
        })),
      ],
      consents: [consent('photo', photoDigest !== null), consent('news', sale.answers.newsConsent === true)],
    }),
    credentials: (status) => [
      { credentialId: card.credentialId, record: { ...cardRecord(sale, card, status), account } },
      ...ticketRows(sale, sale, status),
    ],
  };
}

/** The signed mandate as the event names it; null where there is none, or nothing was sealed. */
function namedMandate({ mandate }: MembershipSale): { digest: string; reference: string } | null {
  if (mandate?.kind !== 'signed' || mandate.digest === null) return null;
  return { digest: mandate.digest, reference: mandate.facts.reference };
}
