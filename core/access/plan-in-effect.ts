import type { PlanId } from '../base/ids.ts';
import type { CredentialRecord } from './access-facts.ts';

/** W-ACCOUNT-2: the plan that applies to a credential now; another one may begin with a later period. */
export function planInEffect(
  { planId, account }: Pick<CredentialRecord, 'planId' | 'account'>,
  nowMs: number,
): PlanId {
  return (account && nowMs >= Date.parse(account.planFrom) ? account.planId : planId) as PlanId;
}
