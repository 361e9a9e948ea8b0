import { isId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { acknowledgeAlarm, makeGateOrder, readGateHistory } from '../../postgres/gates.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { acknowledgementSchema, gateOrderRequestSchema } from './gate-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

const listQuerySchema = z.object({ clubId: z.string().refine(isId, 'not an id').optional() });

/** Opening a gate with a reason, having it stand otherwise, acknowledging its alarms, and what was done before. */
export function gateRoutes(app: FastifyInstance, base: BaseContext): void {
  app.get('/staff/api/gate-history', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) return refuse(reply, { code: 'gate.malformed', ...whereAndWhat(query.error) });
    const history = await readGateHistory(
      base.database,
      { clubId: query.data.clubId ?? null, reach: user.reach },
      base.clock.wallMs(),
    );
    return reply.header('cache-control', 'private, no-store').send(history);
  });

  app.post('/staff/api/gate-orders', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'open gates on the staff page itself');
    if (!user) return reply;
    const asked = gateOrderRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'gate.malformed', ...whereAndWhat(asked.error) });
    const made = await makeGateOrder(base, user, asked.data);
    if (!made.ok) {
      base.log.info('staff.gate-order-refused', { userId: user.id, code: made.error.code });
      return refuse(reply, made.error);
    }
    const { id, gateId, action, reason } = made.value;
    base.log.info('staff.gate-order-made', { userId: user.id, orderId: id, gateId, action, reason });
    return reply.status(201).send(made.value);
  });

  app.post<{ Params: { alarmId: string } }>(
    '/staff/api/gate-alarms/:alarmId/acknowledgement',
    async (request, reply) => {
      const user = await staffOnOurPage(base, request, reply, 'acknowledge alarms on the staff page itself');
      if (!user) return reply;
      const asked = acknowledgementSchema.safeParse(request.body);
      if (!asked.success) return refuse(reply, { code: 'gate.malformed', ...whereAndWhat(asked.error) });
      const { alarmId } = request.params;
      const done = isId(alarmId) ? await acknowledgeAlarm(base, user, alarmId, asked.data.words) : null;
      if (done === null)
        return refuse(reply, { code: 'gate.unknown-alarm', message: 'there is no such alarm' });
      if (!done) {
        return refuse(reply, {
          code: 'gate.alarm-acknowledged',
          message: 'somebody has acknowledged this alarm already',
        });
      }
      base.log.info('staff.gate-alarm-acknowledged', { userId: user.id, alarmId });
      return reply.status(204).send();
    },
  );
}
