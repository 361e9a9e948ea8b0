import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { setPrice, withdrawPrice } from '../../postgres/prices/plan-prices.ts';
import { readClubPrices } from '../../postgres/prices/price-list.ts';
import type { StaffUser } from '../../postgres/staff-accounts.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { newPriceSchema, withdrawalSchema } from './price-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

const unknownClub = { code: 'price.unknown-club', message: 'there is no such club' } as const;
const onOurPage = 'set prices on the staff page itself';

/** What plans cost in a club: looked at, set from a day on, and withdrawn before it begins (SA90). */
export function priceRoutes(app: FastifyInstance, base: BaseContext): void {
  type OfClub = { Params: { clubId: string } };
  const byOf = ({ id: userId, reach }: StaffUser) => ({ userId, reach, nowMs: base.clock.wallMs() });

  app.get<OfClub>('/staff/api/clubs/:clubId/prices', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { clubId } = request.params;
    const shown = isId(clubId)
      ? await readClubPrices(base.database, clubId, user.reach, base.clock.wallMs())
      : null;
    if (!shown) return refuse(reply, unknownClub);
    return reply.header('cache-control', 'private, no-store').send(shown);
  });

  app.post<OfClub>('/staff/api/clubs/:clubId/prices', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, onOurPage);
    if (!user) return reply;
    const asked = newPriceSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'price.malformed', ...whereAndWhat(asked.error) });
    const { clubId } = request.params;
    if (!isId(clubId)) return refuse(reply, unknownClub);
    const priceId = newId<'price'>(base.clock, base.random);
    const done = await setPrice(base.database, clubId, priceId, asked.data, byOf(user));
    if (!done.ok) return refuse(reply, done.error);
    const { planId, level, from } = asked.data;
    base.log.info('staff.price-set', { userId: user.id, clubId, priceId, planId, level, from });
    return reply.status(201).send({ priceId });
  });

  app.post<OfClub>('/staff/api/clubs/:clubId/price-withdrawals', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, onOurPage);
    if (!user) return reply;
    const asked = withdrawalSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'price.malformed', ...whereAndWhat(asked.error) });
    const { clubId } = request.params;
    if (!isId(clubId)) return refuse(reply, unknownClub);
    const { priceId, reason } = asked.data;
    const done = await withdrawPrice(base.database, clubId, priceId, reason, byOf(user));
    if (!done.ok) return refuse(reply, done.error);
    base.log.info('staff.price-withdrawn', { userId: user.id, clubId, priceId });
    return reply.status(204).send();
  });
}
