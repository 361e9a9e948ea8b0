import { planInEffect } from '@portillon/core/access/plan-in-effect.ts';
import type { MemberAccess, ShownCredential } from '../http/staff/member-view.ts';
import { decideAsTold } from '../members/late-decision.ts';
import type { Sql } from './database.ts';
import { ToldRecords } from './told-records.ts';

type Asked = Pick<ShownCredential, 'id' | 'kind' | 'uidOnly' | 'singleUse'>;

/** What the rule says now at a club, whoever is inside, for the credential that opens most easily; null without card and pass. */
export async function answerNow(
  sql: Sql,
  clubId: string,
  credentials: readonly Asked[],
  nowMs: number,
): Promise<MemberAccess['answer']> {
  const asked = credentials.filter(({ singleUse }) => !singleUse);
  const credentialIds = asked.map(({ id }) => id);
  const told = await ToldRecords.read(sql, { credentialIds, clubIds: [clubId] }, nowMs);
  return answerAsTold(told, clubId, asked, nowMs);
}

/** The same of many at once, by their member: `told` holds their records and the clubs'. */
export function answerAsTold(
  told: ToldRecords,
  clubId: string,
  credentials: readonly Asked[],
  nowMs: number,
): MemberAccess['answer'] {
  const club = told.club(clubId, nowMs)?.record;
  if (!club) return null;
  const answers = credentials.flatMap(({ id, kind, uidOnly, singleUse }) => {
    const credential = singleUse ? null : told.credential(id, nowMs)?.record;
    if (!credential) return [];
    const plan = told.plan(planInEffect(credential, nowMs), nowMs)?.record ?? null;
    const what = { atMs: nowMs, clubId, credentialId: id, presented: kind, byNumber: uidOnly };
    return [decideAsTold(what, { club, credential, plan, companyInside: true })];
  });
  const best =
    answers.find(({ outcome }) => outcome === 'granted') ??
    // An old badge that is not accepted says nothing of its member.
    answers.find((one) => one.outcome === 'refused' && one.reason !== 'unknown') ??
    answers[0];
  if (!best) return null;
  return { outcome: best.outcome, reason: best.outcome === 'refused' ? best.reason : null };
}
