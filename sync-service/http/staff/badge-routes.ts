import { isId, newId } from '@portillon/core/base/ids.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { addBadge, type NewBadge, readBadges } from '../../postgres/badges.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** `POST /staff/api/members/:memberId/badges`: an old badge, by the number of its chip. */
const badgeRequestSchema = z.strictObject({
  cardUid: z
    .string()
    .regex(/^([0-9A-F]{2}){4,10}$/, 'not the number of a chip: 4 to 10 bytes in capital hexadecimal'),
});

/**
 * `POST /staff/api/members/:memberId/old-codes`: an old code, by what a scanner reads off it. What begins like a ticket or a pass of
 * ours is none.
 */
const codeRequestSchema = z.strictObject({
  text: z
    .string()
    .min(4, 'an old code says at least 4 characters')
    .max(1_000, 'an old code says at most 1000 characters')
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'holds control characters, or half of one')
    .regex(/^(?!PT\d+\.|P[PKG]\d+:)/, 'begins like a code of ours'),
});

/** Old badges and old codes of a club that is migrating: written down by staff, and how many are left. */
export function badgeRoutes(app: FastifyInstance, base: BaseContext): void {
  type Named = { Params: { memberId: string } };

  app.get('/staff/api/badges', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const list = await readBadges(base.database, user.reach, base.clock.wallMs());
    const shown = new Set(list.copies.flatMap(({ who }) => (who ? [who.memberId] : [])));
    for (const memberId of shown) base.log.info('staff.name-shown', { userId: user.id, memberId });
    return reply.header('cache-control', 'private, no-store').send(list);
  });

  app.post<Named>('/staff/api/members/:memberId/old-codes', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'write codes on the staff page itself');
    if (!user) return reply;
    const asked = codeRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'badge.malformed', ...whereAndWhat(asked.error) });
    return added(reply, user.id, request.params.memberId, { codeHash: sha256Hex(asked.data.text) });
  });

  app.post<Named>('/staff/api/members/:memberId/badges', async (request, reply) => {
    const user = await staffOnOurPage(base, request, reply, 'write badges on the staff page itself');
    if (!user) return reply;
    const asked = badgeRequestSchema.safeParse(request.body);
    if (!asked.success) return refuse(reply, { code: 'badge.malformed', ...whereAndWhat(asked.error) });
    return added(reply, user.id, request.params.memberId, { cardUid: asked.data.cardUid });
  });

  async function added(
    reply: FastifyReply,
    userId: string,
    memberId: string,
    knownBy: NewBadge['knownBy'],
  ): Promise<unknown> {
    const credentialId = newId<'credential'>(base.clock, base.random);
    const badge = { credentialId, knownBy, nowMs: base.clock.wallMs() };
    const outcome = isId(memberId) ? await addBadge(base.database, memberId, badge) : 'no-membership';
    if (outcome === 'no-membership') {
      const message = 'there is no such member with an active membership';
      return refuse(reply, { code: 'badge.no-membership', message });
    }
    if (outcome === 'taken') {
      return refuse(reply, { code: 'badge.taken', message: 'this belongs to a badge, code or card in use' });
    }
    base.log.info('staff.badge-written', { userId, memberId, credentialId });
    return reply.status(201).send({ credentialId });
  }
}
