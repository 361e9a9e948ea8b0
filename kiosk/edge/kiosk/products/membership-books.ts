import { isoTime } from '@portillon/core/base/clock.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { consentWordingDigest } from '@portillon/core/sale/consent-wording-digest.ts';
import { consentWordingVersion } from '@portillon/core/sale/consent-wordings.ts';
import type { Account } from '@portillon/core/wire/messages.ts';
import { type HandedCredential, handedCredential, type MembershipSale } from '../sale-in-progress.ts';
import { bridgeRecord, type CredentialRow, cardRecord, ticketRows } from './credential-rows.ts';
import { moneyOf, paidOf, type SaleBooks } from './sale-books.ts';

/** A member, a membership, a card, and tickets to bring somebody. */
export function membershipBooks(sale: MembershipSale): SaleBooks {
  const { memberId, personDigest, photoDigest, contractDigest } = sale;
  const mandate = namedMandate(sale);
  const validFrom = isoTime(sale.agreedAtMs);
  const handed = handedOf(sale);
  const validTo = handed.validToMs === null ? null : isoTime(handed.validToMs);
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
    wordingDigest: consentWordingDigest(purpose, consentWordingVersion, sale.language),
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
          credentialId: handed.credentialId,
          kind: sale.card ? 'card' : 'ticket',
          cardUid: sale.card?.cardUid ?? null,
          validFrom,
          validTo: sale.card ? validTo : isoTime(sale.bridge.ticketToMs),
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
      { credentialId: handed.credentialId, record: { ...handedRecord(sale, status), account } },
      ...ticketRows(sale, sale, status),
    ],
  };
}

function handedOf(sale: MembershipSale): HandedCredential {
  const handed = handedCredential(sale);
  invariant(handed, 'a member gets something to come in with');
  return handed;
}

function handedRecord(sale: MembershipSale, status: CredentialRow['record']['status']) {
  return sale.card ? cardRecord(sale, sale.card, status) : bridgeRecord(sale, sale.bridge, status);
}

/** The signed mandate as the event names it; null where there is none, or nothing was sealed. */
function namedMandate({ mandate }: MembershipSale): { digest: string; reference: string } | null {
  if (mandate?.kind !== 'signed' || mandate.digest === null) return null;
  return { digest: mandate.digest, reference: mandate.facts.reference };
}
