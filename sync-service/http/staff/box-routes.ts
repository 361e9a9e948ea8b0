import { isId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { readBoxes } from '../../postgres/boxes.ts';
import { orderClock } from '../../postgres/edge-clocks.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { clockRequestSchema } from './box-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** The boxes of the clubs, and what an operator does about a clock. */
export function boxRoutes(app: FastifyInstance, base: BaseContext): void {
  app.get('/staff/api/boxes', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const list = await readBoxes(base.database, user.reach, base.clock.wallMs());
    return reply.header('cache-control', 'private, no-store').send(list);
  });

  app.post<{ Params: { edgeId: string } }>('/staff/api/boxes/:edgeId/clock', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'set clocks on the staff page itself');
    if (!user) return reply;
    const asked = clockRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'box.malformed', ...whereAndWhat(asked.error) });
    const { edgeId } = request.params;
    const { words } = asked.data;
    const nowMs = base.clock.wallMs();
    const ordered = isId(edgeId) && (await orderClock(base.database, edgeId, user, words, nowMs));
    if (!ordered)
      return refuse(reply, { code: 'box.unknown', message: 'there is no such box, or no longer' });
    base.log.warn('staff.clock-vouched-for', { userId: user.id, edgeId });
    return reply.status(204).send();
  });
}
