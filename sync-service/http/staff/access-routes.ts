import { isId, newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { changeClubAccess, changeStanding, readClubAccess } from '../../postgres/access-changes.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { whereAndWhat } from '../where-and-what.ts';
import { clubAccessRequestSchema, standingRequestSchema } from './access-view.ts';
import { notSignedIn, staffOnOurPage, staffUserOf } from './staff-session.ts';

/** Pauses, work, company; policies, hours, closed days, capacity: written with a reason, and at every gate with the feed. */
export function accessRoutes(app: FastifyInstance, base: BaseContext): void {
  app.put<{ Params: { memberId: string } }>('/staff/api/members/:memberId/standing', (request, reply) =>
    change(base, request, reply, standingRequestSchema, {
      id: request.params.memberId,
      write: changeStanding,
      unknown: { code: 'access.unknown-member', message: 'there is no such member' },
    }),
  );
  app.get<{ Params: { clubId: string } }>('/staff/api/clubs/:clubId/access', async (request, reply) => {
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    const { clubId } = request.params;
    const found = isId(clubId) ? await readClubAccess(base.database, clubId) : null;
    if (!found) return refuse(reply, { code: 'access.unknown-club', message: 'there is no such club' });
    return reply.header('cache-control', 'private, no-store').send(found);
  });
  app.put<{ Params: { clubId: string } }>('/staff/api/clubs/:clubId/access', (request, reply) =>
    change(base, request, reply, clubAccessRequestSchema, {
      id: request.params.clubId,
      write: changeClubAccess,
      unknown: { code: 'access.unknown-club', message: 'there is no such club' },
    }),
  );
}

interface Changed<Asked> {
  readonly id: string;
  readonly write: (
    database: BaseContext['database'],
    id: string,
    asked: Asked,
    by: { readonly changeId: string; readonly userId: string; readonly nowMs: number },
  ) => Promise<boolean>;
  readonly unknown: {
    readonly code: 'access.unknown-member' | 'access.unknown-club';
    readonly message: string;
  };
}

async function change<Asked>(
  base: BaseContext,
  request: FastifyRequest,
  reply: FastifyReply,
  schema: z.ZodType<Asked>,
  { id, write, unknown }: Changed<Asked>,
): Promise<FastifyReply> {
  const user = await staffOnOurPage(base, request, reply, 'change access on the staff page itself');
  if (!user) return reply;
  const asked = schema.safeParse(request.body);
  if (!asked.success) return refuse(reply, { code: 'access.malformed', ...whereAndWhat(asked.error) });
  const by = {
    changeId: newId<'access-change'>(base.clock, base.random),
    userId: user.id,
    nowMs: base.clock.wallMs(),
  };
  if (!isId(id) || !(await write(base.database, id, asked.data, by))) return refuse(reply, unknown);
  base.log.info('staff.access-changed', { userId: user.id, id, changeId: by.changeId });
  return reply.status(204).send();
}
