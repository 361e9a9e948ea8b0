import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { mayDo } from '../../members/may-do.ts';
import { membersOfMerge, mergeMembers, undoMerge } from '../../postgres/member-merges.ts';
import { readMergedPair } from '../../postgres/merge-shown.ts';
import { writePersonRead } from '../../postgres/person-reads.ts';
import { readSamePerson } from '../../postgres/same-person.ts';
import type { StaffUser } from '../../postgres/staff-accounts.ts';
import { staffSubject } from '../../postgres/staff-subjects.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { mergeRequestSchema, type SamePersonRecord, undoMergeRequestSchema } from './same-person-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** Two records that may be one person: shown beside each other, merged, and put back (same-person/SPEC.md). */
export function samePersonRoutes(app: FastifyInstance, base: BaseContext): void {
  type OfCase = { Params: { caseId: string } };
  type OfMerge = { Params: { mergeId: string } };
  const unknownCase = { code: 'case.unknown', message: 'there is no such case about two records' } as const;
  const unknownMerge = { code: 'merge.unknown', message: 'there is no such merge' } as const;

  /** DU7: a merge is for who may change both. */
  async function ownBoth(user: StaffUser, memberIds: readonly string[]): Promise<boolean> {
    for (const id of memberIds) {
      const subject = await staffSubject(base.database, 'member', id);
      if (!subject || mayDo(user, 'member.merge', subject) !== 'yes') return false;
    }
    return true;
  }
  const notBoth = {
    code: 'staff.not-allowed',
    message: 'one of the two is a member of another club: ask who sees both',
  } as const;

  /** ST8: of whom more than the name is shown, it is a reading. */
  async function writeReads(user: StaffUser, records: readonly SamePersonRecord[], cameFrom: string) {
    for (const { memberId, more } of records) {
      if (more === null) continue;
      const id = newId<'person-read'>(base.clock, base.random);
      const read = { id, user, memberId, page: 'member', cameFrom, nowMs: base.clock.wallMs() };
      await writePersonRead(base.database, read);
    }
  }

  app.get<OfCase>('/staff/api/cases/:caseId/same-person', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { caseId } = request.params;
    const pair = isId(caseId) ? await readSamePerson(base.database, caseId, user.reach) : null;
    if (!pair) return refuse(reply, unknownCase);
    await writeReads(user, pair.records, 'cases');
    return reply.header('cache-control', 'private, no-store').send(pair);
  });

  app.post<OfCase>('/staff/api/cases/:caseId/merge', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'merge records on the staff page itself');
    if (!user) return reply;
    const asked = mergeRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'merge.malformed', ...whereAndWhat(asked.error) });
    const { caseId } = request.params;
    const { staysId, reason } = asked.data;
    const pair = isId(caseId) ? await readSamePerson(base.database, caseId, user.reach) : null;
    if (!pair) return refuse(reply, unknownCase);
    const both = pair.records.map(({ memberId }) => memberId);
    if (!(await ownBoth(user, both))) return refuse(reply, notBoth);
    const mergeId = newId<'member-merge'>(base.clock, base.random);
    const by = { user, reason, nowMs: base.clock.wallMs() };
    const merged = await mergeMembers(base.database, { mergeId, caseId, staysId, pair: both }, by);
    if (!merged.ok) return refuse(reply, merged.error);
    base.log.info('staff.members-merged', { userId: user.id, caseId, mergeId });
    return reply.status(201).send(merged.value);
  });

  app.get<OfMerge>('/staff/api/member-merges/:mergeId', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { mergeId } = request.params;
    const pair = isId(mergeId) ? await readMergedPair(base.database, mergeId, user.reach) : null;
    if (!pair) return refuse(reply, unknownMerge);
    await writeReads(user, pair.records, 'member');
    return reply.header('cache-control', 'private, no-store').send(pair);
  });

  app.post<OfMerge>('/staff/api/member-merges/:mergeId/undo', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'undo merges on the staff page itself');
    if (!user) return reply;
    const asked = undoMergeRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'merge.malformed', ...whereAndWhat(asked.error) });
    const { mergeId } = request.params;
    const both = isId(mergeId) ? await membersOfMerge(base.database, mergeId) : null;
    if (!both) return refuse(reply, unknownMerge);
    if (!(await ownBoth(user, both))) return refuse(reply, notBoth);
    const newCaseId = () => newId<'case'>(base.clock, base.random);
    const by = { user, reason: asked.data.reason, nowMs: base.clock.wallMs() };
    const undone = await undoMerge(base.database, mergeId, newCaseId, by);
    if (!undone.ok) return refuse(reply, undone.error);
    base.log.info('staff.merge-undone', { userId: user.id, mergeId, caseId: undone.value.caseId });
    return reply.status(201).send(undone.value);
  });
}
