import type { FastifyInstance } from 'fastify';
import { readInterventions } from '../../postgres/interventions.ts';
import type { BaseContext } from '../base-context.ts';
import { notSignedIn, staffUserOf } from './staff-session.ts';

/** What staff did to devices on the spot (J18). */
export function interventionRoutes(app: FastifyInstance, base: BaseContext): void {
  app.get('/staff/api/interventions', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const list = await readInterventions(base.database, user.reach);
    base.log.info('staff.interventions-shown', { userId: user.id, count: list.interventions.length });
    const shown = new Set(list.interventions.flatMap(({ who }) => (who ? [who.memberId] : [])));
    for (const memberId of shown) base.log.info('staff.name-shown', { userId: user.id, memberId });
    return reply.header('cache-control', 'private, no-store').send(list);
  });
}
