import type { FastifyReply, FastifyRequest } from 'fastify';
import { type StaffUser, sessionUser } from '../../postgres/staff-accounts.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';

export const sessionCookie = 'portillon_staff';

const usersOfRequests = new WeakMap<FastifyRequest, StaffUser | null>();

/** Who asks; null without a session, or after its end. Of one request it is looked up once. */
export async function staffUserOf(base: BaseContext, request: FastifyRequest): Promise<StaffUser | null> {
  const known = usersOfRequests.get(request);
  if (known !== undefined) return known;
  const user = await staffUserNow(base, request);
  usersOfRequests.set(request, user);
  return user;
}

/** Who asks, as it is now: for what goes on for long. */
export async function staffUserNow(base: BaseContext, request: FastifyRequest): Promise<StaffUser | null> {
  // Nothing reads cookies where nothing of staff is served.
  const token = (request.cookies as Readonly<Record<string, string | undefined>> | undefined)?.[
    sessionCookie
  ];
  return token ? sessionUser(base.database, token, base.clock.wallMs()) : null;
}

export function notSignedIn(reply: FastifyReply): FastifyReply {
  return refuse(reply, { code: 'staff.not-signed-in', message: 'sign in first' });
}

/** A browser tells where a request comes from; one that tells another site is somebody else's page. */
export function fromOurPage(request: FastifyRequest): boolean {
  const origin = request.headers.origin;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.host;
}

/**
 * Who asks for a change, from the staff page itself; null when nobody may, which `reply` has told already.
 * `instead` says what to do in place of it, as in _give orders on the staff page itself_.
 */
export async function staffOnOurPage(
  base: BaseContext,
  request: FastifyRequest,
  reply: FastifyReply,
  instead: string,
): Promise<StaffUser | null> {
  const user = await staffUserOf(base, request);
  if (user && fromOurPage(request)) return user;
  if (user) refuse(reply, { code: 'staff.foreign-page', message: instead });
  else notSignedIn(reply);
  return null;
}
