import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isBridge } from '@portillon/core/access/bridge-ticket.ts';
import { planInEffect } from '@portillon/core/access/plan-in-effect.ts';
import type { ClubId, CredentialId, MemberId, PlanId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { type AccountOffers, accountOffers } from '@portillon/core/sale/account-offers.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import type { Account } from '@portillon/core/wire/messages.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { MemberBook } from '../../store/member-book.ts';
import type { PricedPlan } from './price-list.ts';

/** The member who holds a card at the kiosk, as the book knows them now; nothing of the person is in it. */
export interface MemberAccount {
  readonly credentialId: CredentialId;
  readonly memberId: MemberId;
  readonly record: CredentialRecord;
  readonly account: Account;
  /** The plan that applies now; null when the book does not know it. */
  readonly plan: Plan | null;
  /** The plan that begins with a later period. */
  readonly nextPlan: Plan | null;
  readonly offers: AccountOffers;
}

/** Null when the book knows no account of this card, or no longer. */
export function memberAccount(
  credentialId: CredentialId,
  {
    book,
    identity,
    plansOnSale,
    nowMs,
  }: {
    readonly book: MemberBook;
    readonly identity: EdgeIdentity;
    readonly plansOnSale: readonly PricedPlan[];
    readonly nowMs: number;
  },
): MemberAccount | null {
  const record = book.credential(credentialId);
  const club = book.club(identity.clubId as ClubId);
  if (!record?.account || record.memberId === null || record.status !== 'active' || !club) return null;
  const { account } = record;
  const homeClub = book.club(record.homeClubId as ClubId);
  const planId = planInEffect(record, nowMs);
  return {
    credentialId,
    memberId: record.memberId as MemberId,
    record,
    account,
    plan: book.plan(planId),
    nextPlan: planId === account.planId ? null : book.plan(account.planId as PlanId),
    offers: accountOffers({
      nowMs,
      timeZone: club.timeZone,
      legalEntityId: club.legalEntity.id,
      homeLegalEntityId: homeClub?.legalEntity.id ?? null,
      account,
      plansOnSale,
    }),
  };
}

/** The record of a card whose member has paid for a period more; the base's takes its place when it comes. */
export function renewedRecord(
  { record, account }: Pick<MemberAccount, 'record' | 'account'>,
  period: {
    readonly membershipId: string;
    readonly planId: string;
    readonly from: string;
    readonly to: string;
    readonly nowMs: number;
  },
): CredentialRecord {
  const { membershipId, planId, from, to, nowMs } = period;
  const before = planInEffect(record, nowMs);
  return {
    ...record,
    planId: Date.parse(from) <= nowMs ? planId : before,
    // A ticket that stands in for the pass ends when it ends.
    validTo: isBridge(record) ? record.validTo : to,
    account: {
      ...account,
      membershipId,
      planId,
      planFrom: planId === account.planId ? account.planFrom : from,
      validTo: to,
    },
  };
}

/** The record of a card whose member owes these no more. */
export function settledRecord(
  { record, account }: Pick<MemberAccount, 'record' | 'account'>,
  debtIds: readonly string[],
): CredentialRecord {
  invariant(record.account, 'a debt is settled by somebody with an account');
  return {
    ...record,
    account: { ...account, debts: account.debts.filter(({ debtId }) => !debtIds.includes(debtId)) },
  };
}
