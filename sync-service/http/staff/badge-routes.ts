import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addBadge, readBadges } from '../../postgres/badges.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { fromOurPage, notSignedIn, staffUserOf } from './staff-session.ts';

/** `POST /staff/api/members/:memberId/badges`: an old badge, by the number of its chip. */
const badgeRequestSchema = z.strictObject({
  cardUid: z
    .string()
    .regex(/^([0-9A-F]{2}){4,10}$/, 'not the number of a chip: 4 to 10 bytes in capital hexadecimal'),
});

/** Old badges of a club that is migrating: written down by staff, and how many are left. */
export function badgeRoutes(app: FastifyInstance, base: BaseContext): void {
  type Named = { Params: { memberId: string } };

  app.get('/staff/api/badges', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    return reply
      .header('cache-control', 'private, no-store')
      .send(await readBadges(base.database, base.clock.wallMs()));
  });

  app.post<Named>('/staff/api/members/:memberId/badges', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    if (!fromOurPage(request)) {
      return refuse(reply, { code: 'staff.foreign-page', message: 'write badges on the staff page itself' });
    }
    const asked = badgeRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'badge.malformed', ...whereAndWhat(asked.error) });
    const { memberId } = request.params;
    const credentialId = newId<'credential'>(base.clock, base.random);
    const badge = { credentialId, cardUid: asked.data.cardUid, nowMs: base.clock.wallMs() };
    const added = isId(memberId) ? await addBadge(base.database, memberId, badge) : 'no-membership';
    if (added === 'no-membership') {
      const message = 'there is no such member with an active membership';
      return refuse(reply, { code: 'badge.no-membership', message });
    }
    if (added === 'taken') {
      return refuse(reply, { code: 'badge.taken', message: 'this number belongs to a badge or card in use' });
    }
    base.log.info('staff.badge-written', { userId: user.id, memberId, credentialId });
    return reply.status(201).send({ credentialId });
  });
}
