import { newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { mayDo } from '../../members/may-do.ts';
import { writePersonRead } from '../../postgres/person-reads.ts';
import type { StaffUser } from '../../postgres/staff-accounts.ts';
import { staffSubject } from '../../postgres/staff-subjects.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { type NamedSubject, type RouteRule, ruleOf } from './route-rules.ts';
import { notSignedIn, staffUserOf } from './staff-session.ts';

/** Every shape that an id has in a request; what has another the route itself refuses. */
const idShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where the page says that one came from, with what it reads of a member. */
export const cameFromSchema = z
  .enum(['live', 'search', 'cases', 'orders', 'gates', 'access', 'devices', 'member', 'address'])
  .catch('address');

/** Asks of every route of staff, before it does anything, whether who is signed in may (ST1 to ST3, ST8). */
export function guardStaffRoutes(app: FastifyInstance, base: BaseContext): void {
  app.addHook('onRoute', ({ method, url }) => {
    if (!isOfStaff(url)) return;
    for (const one of [method].flat()) {
      if (ruleOf(one, url) === null) {
        throw new Error(`${one} ${url} has no rule: write in route-rules.ts who may ask it (ST1)`);
      }
    }
  });
  app.addHook('preHandler', async (request, reply) => {
    const url = request.routeOptions.url;
    if (url === undefined || !isOfStaff(url)) return undefined;
    const rule = ruleOf(request.method, url);
    if (rule === 'open') return undefined;
    const user = await staffUserOf(base, request);
    if (!user) return notSignedIn(reply);
    // No rule is no leave: it cannot be registered either.
    return rule === null
      ? notAllowed(base, reply, user, url)
      : allow(base, request, reply, { user, rule, url });
  });
}

/** Undefined lets the route go on. */
async function allow(
  base: BaseContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { user, rule, url }: { readonly user: StaffUser; readonly rule: RouteRule; readonly url: string },
): Promise<FastifyReply | undefined> {
  if (mayDo(user, rule.may, null) !== 'yes') return notAllowed(base, reply, user, url);
  const { database } = base;
  for (const named of rule.of ?? []) {
    const id = namedId(request, named);
    // Whoever sees the whole network is told by the route itself what is not there.
    if (id === null || (user.reach === null && rule.reads === undefined)) continue;
    const subject = await staffSubject(database, named.kind, id);
    if (subject === null && user.reach === null) continue;
    if (subject === null || mayDo(user, rule.may, subject) !== 'yes') {
      base.log.warn('staff.not-theirs', { userId: user.id, route: url, code: named.code, id });
      return refuse(reply, { code: named.code, message: 'there is nothing of this id in your clubs' });
    }
    if (rule.reads === undefined) continue;
    await writePersonRead(database, {
      id: newId<'person-read'>(base.clock, base.random),
      user,
      memberId: id,
      page: rule.reads,
      cameFrom: cameFromSchema.parse((request.query as { from?: unknown }).from),
      nowMs: base.clock.wallMs(),
    });
  }
  return undefined;
}

function notAllowed(base: BaseContext, reply: FastifyReply, user: StaffUser, route: string): FastifyReply {
  base.log.warn('staff.not-allowed', { userId: user.id, role: user.role, route });
  return refuse(reply, { code: 'staff.not-allowed', message: 'your account may not do this' });
}

function namedId(request: FastifyRequest, { at }: NamedSubject): string | null {
  const [place = '', name = ''] = at.split('.', 2);
  const values = { params: request.params, query: request.query, body: request.body }[place];
  const value = (values as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return typeof value === 'string' && idShape.test(value) ? value : null;
}

function isOfStaff(url: string): boolean {
  return url === '/staff' || url.startsWith('/staff/');
}
