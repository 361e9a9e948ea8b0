import { isId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { readCaseList, settleCase } from '../../postgres/cases.ts';
import type { BaseContext } from '../base-context.ts';
import { refusalStatus, refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { caseQuerySchema, settleRequestSchema } from './case-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** The list of cases, and the one thing that can be done with a case. */
export function caseRoutes(app: FastifyInstance, base: BaseContext): void {
  app.get('/staff/api/cases', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const query = caseQuerySchema.safeParse(request.query);
    if (!query.success) return refuse(reply, { code: 'case.malformed', ...whereAndWhat(query.error) });
    const { clubId, ...wanted } = query.data;
    const of = { clubId: clubId ?? null, reach: user.reach };
    const list = await readCaseList(base.database, of, base.clock.wallMs(), wanted);
    const shown = new Set(list.open.flatMap(({ who }) => (who ? [who.memberId] : [])));
    for (const memberId of shown) base.log.info('staff.name-shown', { userId: user.id, memberId });
    return reply.header('cache-control', 'private, no-store').send(list);
  });

  app.post<{ Params: { caseId: string } }>('/staff/api/cases/:caseId/settlement', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'settle cases on the staff page itself');
    if (!user) return reply;
    const asked = settleRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'case.malformed', ...whereAndWhat(asked.error) });
    const { caseId } = request.params;
    const settling = isId(caseId)
      ? await settleCase(base.database, caseId, { user, ...asked.data, nowMs: base.clock.wallMs() })
      : null;
    if (settling === null) return refuse(reply, { code: 'case.unknown', message: 'there is no such case' });
    if (settling === 'not-of-this-kind') {
      const message = 'a case of this kind does not end so';
      return refuse(reply, { code: 'case.malformed', message, path: 'outcome' });
    }
    const { done, settlement } = settling;
    if (!done) {
      base.log.info('staff.case-settled-already', { userId: user.id, caseId });
      const code = 'case.already-settled';
      const message = `${settlement.by} settled this case at ${settlement.at}`;
      return reply.status(refusalStatus[code]).send({ error: { code, message }, settlement });
    }
    base.log.info('staff.case-settled', { userId: user.id, caseId, outcome: settlement.outcome });
    return reply.status(201).send({ settlement });
  });
}
