import { alreadySettledSchema, type CaseOutcome, type Settlement } from '../http/staff/case-view.ts';

/** Settled by us; settled before by somebody else; or not settled, for all we know. */
export type Settling = { readonly done: true } | { readonly before: Settlement } | 'failed';

export async function settleCase(caseId: string, outcome: CaseOutcome, words: string): Promise<Settling> {
  const response = await fetch(`api/cases/${caseId}/settlement`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome, words }),
  });
  if (response.ok) return { done: true };
  if (response.status !== 409) return 'failed';
  const answer = alreadySettledSchema.safeParse(await response.json());
  return answer.success ? { before: answer.data.settlement } : 'failed';
}
