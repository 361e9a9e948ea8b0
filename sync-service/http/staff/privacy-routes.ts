import { isId } from '@portillon/core/base/ids.ts';
import type { Result } from '@portillon/core/base/result.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { carryOutRequest, closeRequest, makeRequest } from '../../postgres/erasure/erasure-requests.ts';
import { findCandidates } from '../../postgres/erasure/find-candidates.ts';
import { planPerson } from '../../postgres/erasure/person-plan.ts';
import { logPrivacy } from '../../postgres/erasure/privacy-log.ts';
import {
  readErasureRequests,
  readPrivacyLog,
  readPurgeOrders,
  settleStoreByHand,
} from '../../postgres/erasure/purge-orders.ts';
import { sayEnough } from '../../privacy/person-match.ts';
import type { BaseContext } from '../base-context.ts';
import { type RefusalWords, refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import {
  carryOutSchema,
  closeRequestSchema,
  erasureRequestSchema,
  type PrivacyDesk,
  personSaidSchema,
  settleStoreSchema,
} from './privacy-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

const instead = 'work at the privacy desk of the staff page itself';
const unknown: RefusalWords = { code: 'erasure.unknown', message: 'there is no such request' };

/** The privacy desk (J20): who asks to be forgotten, what would go, and which store has answered. Rules: privacy/SPEC.md. */
export function privacyRoutes(app: FastifyInstance, base: BaseContext): void {
  type Named = { Params: { id: string } };

  const answer = <Value>(reply: FastifyReply, done: Result<Value, RefusalWords>, status = 200) =>
    done.ok ? reply.status(status).send(done.value) : refuse(reply, done.error);

  app.get('/staff/api/privacy', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { database } = base;
    const [requests, orders, log] = await Promise.all([
      readErasureRequests(database, base.clock.wallMs()),
      readPurgeOrders(database, base.clock.wallMs()),
      readPrivacyLog(database),
    ]);
    for (const { memberId, name } of requests) {
      if (name !== null) base.log.info('staff.name-shown', { userId: user.id, memberId });
    }
    const desk: PrivacyDesk = { requests, orders, log };
    return reply.header('cache-control', 'private, no-store').send(desk);
  });

  // A body, not a query: what is said of a person must not stand in an address.
  app.post('/staff/api/privacy/candidates', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, instead);
    if (!user) return reply;
    const said = personSaidSchema.safeParse(request.body);
    if (!said.success) return refuse(reply, { code: 'erasure.malformed', ...whereAndWhat(said.error) });
    if (!sayEnough(said.data)) {
      return refuse(reply, {
        code: 'erasure.too-little',
        message: 'give the whole name with the birth date, or an e-mail address, phone, card, sale or member',
      });
    }
    const candidates = await findCandidates(base.database, said.data);
    await logPrivacy(base.database, base, user, {
      action: 'searched',
      detail: { by: Object.keys(said.data).sort(), found: candidates.map(({ memberId }) => memberId) },
    });
    return reply.header('cache-control', 'private, no-store').send({ candidates });
  });

  app.post('/staff/api/privacy/requests', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, instead);
    if (!user) return reply;
    const asked = erasureRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'erasure.malformed', ...whereAndWhat(asked.error) });
    return answer(reply, await makeRequest(base, user, asked.data), 201);
  });

  app.get<Named>('/staff/api/privacy/requests/:id/plan', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const requestId = request.params.id;
    const [row] = isId(requestId)
      ? await base.database.query<{ memberId: string }>(
          'select member_id as "memberId" from erasure_requests where id = $1',
          [requestId],
        )
      : [];
    const plan = row ? await planPerson(base.database, row.memberId, base.clock.wallMs()) : null;
    if (!plan) return refuse(reply, unknown);
    const { memberId, records, goes, holds } = plan.shown;
    await logPrivacy(base.database, base, user, {
      action: 'dry-run',
      memberId,
      requestId,
      detail: { ...(records === 1 ? {} : { records }), goes, holds },
    });
    return reply.header('cache-control', 'private, no-store').send(plan.shown);
  });

  app.post<Named>('/staff/api/privacy/requests/:id/erasure', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, instead);
    if (!user) return reply;
    const asked = carryOutSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'erasure.malformed', ...whereAndWhat(asked.error) });
    if (!isId(request.params.id)) return refuse(reply, unknown);
    return answer(reply, await carryOutRequest(base, user, request.params.id, asked.data));
  });

  app.post<Named>('/staff/api/privacy/requests/:id/closing', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, instead);
    if (!user) return reply;
    const asked = closeRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'erasure.malformed', ...whereAndWhat(asked.error) });
    if (!isId(request.params.id)) return refuse(reply, unknown);
    return answer(reply, await closeRequest(base, user, request.params.id, asked.data));
  });

  app.post<{ Params: { id: string; store: string } }>(
    '/staff/api/privacy/orders/:id/stores/:store/settlement',
    async (request, reply) => {
      const user = await staffOnOurPage(base, request, reply, instead);
      if (!user) return reply;
      const asked = settleStoreSchema.safeParse(request.body);
      if (!asked.success) return refuse(reply, { code: 'erasure.malformed', ...whereAndWhat(asked.error) });
      const { id, store } = request.params;
      if (!isId(id) || !(isId(store) || store === 'words')) {
        return refuse(reply, { code: 'erasure.unknown-store', message: 'there is no such box' });
      }
      return answer(reply, await settleStoreByHand(base, user, id, store, asked.data.reason));
    },
  );
}
