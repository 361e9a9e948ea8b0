import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { addDebt, readDebts } from '../../postgres/debts.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { debtRequestSchema } from './debt-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** What a member owes: staff write it down and read it; a kiosk settles it. */
export function debtRoutes(app: FastifyInstance, base: BaseContext): void {
  type Named = { Params: { memberId: string } };

  app.get<Named>('/staff/api/members/:memberId/debts', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { memberId } = request.params;
    const debts = isId(memberId) ? await readDebts(base.database, memberId, user.reach) : [];
    base.log.info('staff.debts-shown', { userId: user.id, memberId: isId(memberId) ? memberId : null });
    return reply.header('cache-control', 'private, no-store').send({ debts });
  });

  app.post<Named>('/staff/api/members/:memberId/debts', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'write debts on the staff page itself');
    if (!user) return reply;
    const asked = debtRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'debt.malformed', ...whereAndWhat(asked.error) });
    const { memberId } = request.params;
    const debtId = newId<'debt'>(base.clock, base.random);
    const debt = { debtId, ...asked.data, userId: user.id, nowMs: base.clock.wallMs() };
    if (!isId(memberId) || !(await addDebt(base.database, memberId, debt))) {
      return refuse(reply, { code: 'debt.unknown-member', message: 'there is no such member' });
    }
    base.log.info('staff.debt-written', { userId: user.id, memberId, debtId });
    return reply.status(201).send({ debtId });
  });
}
