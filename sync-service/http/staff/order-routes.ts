import { isId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { findSales } from '../../postgres/find-sales.ts';
import { cancelOrder, makeOrder, readOrderList } from '../../postgres/orders.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { makeOrderSchema } from './order-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

const listQuerySchema = z.object({ clubId: z.string().refine(isId, 'not an id').optional() });
const findQuerySchema = z.object({ reference: z.string().min(1).max(40) });

/** Orders that a kiosk carries out: what they are about, giving one, taking one back. */
export function orderRoutes(app: FastifyInstance, base: BaseContext): void {
  app.get('/staff/api/orders', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) return refuse(reply, { code: 'order.malformed', ...whereAndWhat(query.error) });
    const list = await readOrderList(
      base.database,
      { clubId: query.data.clubId ?? null, reach: user.reach },
      base.clock.wallMs(),
    );
    noteNames(user.id, [...list.open, ...list.over]);
    return reply.header('cache-control', 'private, no-store').send(list);
  });

  app.get('/staff/api/sales', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const query = findQuerySchema.safeParse(request.query);
    if (!query.success) return refuse(reply, { code: 'order.malformed', ...whereAndWhat(query.error) });
    const found = await findSales(base.database, query.data.reference, user.reach, base.clock.wallMs());
    noteNames(user.id, found.sales);
    return reply.header('cache-control', 'private, no-store').send(found);
  });

  app.post('/staff/api/orders', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'give orders on the staff page itself');
    if (!user) return reply;
    const asked = makeOrderSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'order.malformed', ...whereAndWhat(asked.error) });
    const made = await makeOrder(base, user, asked.data);
    if (!made.ok) {
      base.log.info('staff.order-refused', { userId: user.id, code: made.error.code });
      return refuse(reply, made.error);
    }
    const { id, kind, amountCents } = made.value.order;
    base.log.info('staff.order-made', { userId: user.id, orderId: id, kind, amountCents });
    return reply.status(201).header('cache-control', 'private, no-store').send(made.value);
  });

  app.post<{ Params: { orderId: string } }>(
    '/staff/api/orders/:orderId/cancellation',
    async (request, reply) => {
      const user = await staffOnOurPage(base, request, reply, 'cancel orders on the staff page itself');
      if (!user) return reply;
      const { orderId } = request.params;
      const cancelled = isId(orderId) ? await cancelOrder(base, user, orderId) : null;
      if (cancelled === null)
        return refuse(reply, { code: 'order.unknown', message: 'there is no such order' });
      if (!cancelled)
        return refuse(reply, { code: 'order.not-open', message: 'the order is not open any more' });
      base.log.info('staff.order-cancelled', { userId: user.id, orderId });
      return { ok: true };
    },
  );

  function noteNames(userId: string, rows: readonly { readonly who: { memberId: string } | null }[]): void {
    const members = new Set(rows.flatMap(({ who }) => (who ? [who.memberId] : [])));
    for (const memberId of members) base.log.info('staff.name-shown', { userId, memberId });
  }
}
