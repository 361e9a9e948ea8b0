import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { setCredentialStatus } from '../../postgres/credential-status.ts';
import { readMemberAccess } from '../../postgres/member-access.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { credentialStatusRequestSchema } from './member-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** Who a member is at the gates, and the block of one credential. */
export function memberRoutes(app: FastifyInstance, base: BaseContext): void {
  app.get<{ Params: { memberId: string } }>('/staff/api/members/:memberId/access', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { memberId } = request.params;
    const shown = isId(memberId)
      ? await readMemberAccess(base.database, memberId, base.clock.wallMs())
      : null;
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
