import { isId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance } from 'fastify';
import { announce } from '../../postgres/announcements.ts';
import { readConsents, withdrawConsent } from '../../postgres/consents.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { withdrawalSchema } from './consent-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** What a member said yes to, with the words they were asked, and taking it back. Rules: privacy/kept/SPEC.md. */
export function consentRoutes(app: FastifyInstance, base: BaseContext): void {
  type Named = { Params: { memberId: string } };

  app.get<Named>('/staff/api/members/:memberId/consents', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { memberId } = request.params;
    const consents = isId(memberId)
      ? await readConsents(base.database, memberId)
      : { states: [], entries: [] };
    return reply.header('cache-control', 'private, no-store').send(consents);
  });

  app.post<Named>('/staff/api/members/:memberId/consents', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'withdraw consents on the staff page itself');
    if (!user) return reply;
    const asked = withdrawalSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'consent.malformed', ...whereAndWhat(asked.error) });
    const { memberId } = request.params;
    const { purpose } = asked.data;
    const withdrawn =
      isId(memberId) &&
      (await base.database.transaction(async (sql) => {
        const done = await withdrawConsent(
          sql,
          memberId,
          purpose,
          { channel: 'staff', user },
          base.clock.wallMs(),
        );
        if (done) await announce(sql, 'live');
        return done;
      }));
    if (!withdrawn) {
      return refuse(reply, {
        code: 'consent.not-given',
        message: 'there is no yes that could be taken back',
      });
    }
    base.log.info('staff.consent-withdrawn', { userId: user.id, memberId, purpose });
    return reply.status(201).send({ purpose, state: 'withdrawn' });
  });
}
