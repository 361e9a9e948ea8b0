import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { searchDigest } from '../../keys/search-digest.ts';
import type { Subject } from '../../members/may-do.ts';
import { mayDo } from '../../members/may-do.ts';
import { setCredentialStatus } from '../../postgres/credential-status.ts';
import { readMemberAccess } from '../../postgres/member-access.ts';
import { readVisitor, searchMembers } from '../../postgres/member-search.ts';
import { readsOfMember, writeMemberSearch } from '../../postgres/person-reads.ts';
import type { StaffUser } from '../../postgres/staff-accounts.ts';
import { staffSubject } from '../../postgres/staff-subjects.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { credentialStatusRequestSchema } from './member-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

const searchQuerySchema = z.object({
  words: z
    .string()
    .trim()
    .min(2, 'type 2 characters or more')
    .max(100, 'type 100 characters or less')
    .refine((words) => !words.includes('\0'), 'holds a NUL character'),
});

/** Who a member is at the gates, how to find one, who read of them, and the block of one credential. */
export function memberRoutes(app: FastifyInstance, base: BaseContext): void {
  function memberPage(user: StaffUser, memberId: string, subject: Subject) {
    const nowMs = base.clock.wallMs();
    return user.reach === null || mayDo(user, 'member.see', subject) === 'yes'
      ? readMemberAccess(base.database, memberId, user.reach, nowMs)
      : readVisitor(base.database, memberId, user.reach, nowMs);
  }

  app.get('/staff/api/member-search', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const query = searchQuerySchema.safeParse(request.query);
    if (!query.success) return refuse(reply, { code: 'search.malformed', ...whereAndWhat(query.error) });
    const { words } = query.data;
    const found = await searchMembers(base.database, words, user.reach, base.clock.wallMs());
    await writeMemberSearch(base.database, {
      id: newId<'member-search'>(base.clock, base.random),
      user,
      termsDigest: searchDigest(base.keys.seal.privateKey, words),
      found: found.members.length,
      nowMs: base.clock.wallMs(),
    });
    for (const { who } of found.members) {
      base.log.info('staff.name-shown', { userId: user.id, memberId: who.memberId });
    }
    return reply.header('cache-control', 'private, no-store').send(found);
  });

  app.get<{ Params: { memberId: string } }>('/staff/api/members/:memberId/reads', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { memberId } = request.params;
    const reads = isId(memberId) ? await readsOfMember(base.database, memberId) : [];
    base.log.info('staff.read-log-shown', { userId: user.id, count: reads.length });
    return reply.header('cache-control', 'private, no-store').send({ reads });
  });

  app.get<{ Params: { memberId: string } }>('/staff/api/members/:memberId/access', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { memberId } = request.params;
    const subject = isId(memberId) ? await staffSubject(base.database, 'member', memberId) : null;
    const shown = subject && (await memberPage(user, memberId, subject));
    if (!shown) return refuse(reply, { code: 'access.unknown-member', message: 'there is no such member' });
    base.log.info('staff.member-shown', { userId: user.id, memberId });
    return reply.header('cache-control', 'private, no-store').send(shown);
  });

  app.put<{ Params: { credentialId: string } }>(
    '/staff/api/credentials/:credentialId/status',
    async (request, reply) => {
      const user = await staffOnOurPage(base, request, reply, 'block credentials on the staff page itself');
      if (!user) return reply;
      const asked = credentialStatusRequestSchema.safeParse(request.body);
      if (!asked.success)
        return refuse(reply, { code: 'credential.malformed', ...whereAndWhat(asked.error) });
      const { credentialId } = request.params;
      const by = {
        changeId: newId<'access-change'>(base.clock, base.random),
        userId: user.id,
        nowMs: base.clock.wallMs(),
      };
      const done = isId(credentialId)
        ? await setCredentialStatus(base.database, credentialId, asked.data, by)
        : 'unknown';
      if (done === 'unknown') {
        return refuse(reply, { code: 'credential.unknown', message: 'there is no such credential' });
      }
      if (done === 'not-possible') {
        const message = 'it was spent, or ended by something else than a block by hand';
        return refuse(reply, { code: 'credential.not-possible', message });
      }
      base.log.info('staff.credential-status', {
        userId: user.id,
        credentialId,
        status: asked.data.status,
        done,
      });
      return reply.status(204).send();
    },
  );
}
