import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { openDecisionCase, readOutageReport } from '../../postgres/outage-report.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { daySchema, outageCaseRequestSchema } from './outage-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

const querySchema = z.object({ clubId: z.string().refine(isId, 'not an id'), day: daySchema.optional() });

/** What a club decided while it was cut off, where the base would have decided otherwise. */
export function outageRoutes(app: FastifyInstance, base: BaseContext): void {
  app.get('/staff/api/outages', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const query = querySchema.safeParse(request.query);
    if (!query.success) return refuse(reply, { code: 'outage.malformed', ...whereAndWhat(query.error) });
    const { clubId, day } = query.data;
    const report = await readOutageReport(base.database, { clubId, reach: user.reach }, day ?? null);
    if (!report) return refuse(reply, { code: 'outage.unknown-club', message: 'there is no such club' });
    const shown = new Set(report.findings.flatMap(({ who }) => (who ? [who.memberId] : [])));
    for (const memberId of shown) base.log.info('staff.name-shown', { userId: user.id, memberId });
    return reply.header('cache-control', 'private, no-store').send(report);
  });

  app.post<{ Params: { decisionId: string } }>(
    '/staff/api/outages/:decisionId/case',
    async (request, reply) => {
      const user = await staffOnOurPage(base, request, reply, 'open cases on the staff page itself');
      if (!user) return reply;
      const asked = outageCaseRequestSchema.safeParse(request.body);
      if (!asked.success) return refuse(reply, { code: 'outage.malformed', ...whereAndWhat(asked.error) });
      const { decisionId } = request.params;
      const caseId = newId<'case'>(base.clock, base.random);
      const by = { caseId, userId: user.id, words: asked.data.words, nowMs: base.clock.wallMs() };
      const opened = isId(decisionId) ? await openDecisionCase(base.database, decisionId, by) : null;
      if (opened === null) {
        const message = 'nothing was found of such a decision';
        return refuse(reply, { code: 'outage.unknown-decision', message });
      }
      if (opened === 'open') {
        return refuse(reply, { code: 'outage.case-open', message: 'a case of it was opened before' });
      }
      base.log.info('staff.case-opened', { userId: user.id, decisionId, caseId });
      return reply.status(201).send({ caseId });
    },
  );
}
