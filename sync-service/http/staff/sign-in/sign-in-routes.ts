import { randomBytes } from 'node:crypto';
import { newId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  endProviderSessions,
  keepVisit,
  providerAccount,
  rightsInBase,
  takeVisit,
} from '../../../postgres/provider-accounts.ts';
import { newSession, signIn, signOut } from '../../../postgres/staff-accounts.ts';
import type { BaseContext } from '../../base-context.ts';
import { refuse } from '../../refusal.ts';
import { fromOurPage, sessionCookie } from '../staff-session.ts';
import { rightOf } from './provider-settings.ts';
import type { SignInFailure, SignInWays } from './sign-in-view.ts';
import type { StaffProvider, ToldByProvider } from './staff-provider.ts';

const triesPerMinute = 10;
const visitCookie = 'portillon_visit';
const visitPath = '/staff/provider';

const signInSchema = z.object({ user: z.string().min(1).max(100), password: z.string().min(1).max(200) });

/** Signing in by password or with the provider of the operator, and out again. */
export function signInRoutes(app: FastifyInstance, base: BaseContext, provider: StaffProvider | null): void {
  const limited = { config: { rateLimit: { max: triesPerMinute, timeWindow: 60_000 } } };
  const passwords = provider?.settings.passwords ?? true;

  app.get('/staff/api/sign-in', async (): Promise<SignInWays> => {
    return { passwords, provider: provider?.settings.name ?? null };
  });

  app.post('/staff/api/sign-in', limited, async (request, reply) => {
    if (!fromOurPage(request)) {
      return refuse(reply, { code: 'staff.foreign-page', message: 'sign in on the staff page itself' });
    }
    if (!passwords) {
      base.log.warn('staff.sign-in-refused');
      return refuse(reply, { code: 'staff.password-off', message: 'passwords are switched off here' });
    }
    const asked = signInSchema.safeParse(request.body);
    const token = asked.success
      ? await signIn(base.database, asked.data.user, asked.data.password, base.clock.wallMs())
      : null;
    if (token === null) {
      base.log.warn('staff.sign-in-refused');
      return refuse(reply, { code: 'staff.wrong-sign-in', message: 'user or password is wrong' });
    }
    base.log.info('staff.signed-in');
    setSession(request, reply, token);
    return { ok: true };
  });

  /** `next`: where the browser goes to sign out at the provider, too; null where that is not needed. */
  app.post('/staff/api/sign-out', async (request, reply) => {
    const token = request.cookies[sessionCookie];
    const idToken = token ? await signOut(base.database, token) : null;
    void reply.clearCookie(sessionCookie, { path: '/staff' });
    const next = idToken === null || !provider ? null : await provider.signOutUrl(idToken).catch(noted);
    return { ok: true, next: next?.href ?? null };
  });

  if (!provider) return;

  app.get('/staff/provider/start', limited, async (request, reply) => {
    try {
      const { url, visit } = await provider.begin();
      const browser = randomBytes(32).toString('base64url');
      await keepVisit(base.database, visit, browser, base.clock.wallMs());
      // Lax: the provider's page sends back here.
      void reply.setCookie(visitCookie, browser, {
        path: visitPath,
        httpOnly: true,
        sameSite: 'lax',
        secure: request.protocol === 'https',
      });
      return reply.header('cache-control', 'no-store').redirect(url.href);
    } catch (error) {
      noted(error);
      return back(reply, 'failed');
    }
  });

  app.get('/staff/provider/return', limited, async (request, reply) => {
    void reply.clearCookie(visitCookie, { path: visitPath }).header('cache-control', 'no-store');
    const told = await toldBy(request).catch(noted);
    if (!told) return back(reply, 'failed');
    const { issuer, subject, claims, idToken } = told;
    const right = rightOf(provider.settings.rights, claims);
    const rights = right && (await rightsInBase(base.database, right));
    if (!rights) {
      base.log.warn('staff.no-role', {
        detail: right ? 'the right names no club of this base' : 'no right fits',
      });
      await endProviderSessions(base.database, issuer, subject);
      return back(reply, 'no-role');
    }
    const named = claims[provider.settings.nameClaim];
    const name = (typeof named === 'string' && named.trim().slice(0, 60)) || subject.slice(0, 60);
    const by = {
      changeId: newId<'account-change'>(base.clock, base.random),
      newId: newId<'staff-user'>(base.clock, base.random),
      userId: null,
      name: provider.settings.name,
      nowMs: base.clock.wallMs(),
    };
    const accountId = await providerAccount(base.database, { issuer, subject, name }, rights, by);
    if (accountId === null) {
      base.log.warn('staff.sign-in-refused');
      return back(reply, 'ended');
    }
    base.log.info('staff.signed-in', { userId: accountId });
    setSession(request, reply, await newSession(base.database, accountId, idToken, base.clock.wallMs()));
    return reply.redirect(provider.settings.pageUrl);
  });

  /** Rejects, or null, when this is not the answer to a visit of this browser. */
  async function toldBy(request: FastifyRequest): Promise<ToldByProvider | null> {
    const { state } = request.query as { readonly state?: unknown };
    const browser = request.cookies[visitCookie];
    if (typeof state !== 'string' || browser === undefined || !provider) return null;
    const visit = await takeVisit(base.database, state, browser, base.clock.wallMs());
    if (!visit) {
      base.log.warn('staff.provider-refused', { detail: 'no such visit of this browser' });
      return null;
    }
    const at = request.raw.url?.indexOf('?') ?? -1;
    return provider.end(at < 0 ? '' : (request.raw.url ?? '').slice(at), visit);
  }

  function back(reply: FastifyReply, why: SignInFailure): FastifyReply {
    return reply.redirect(`${provider?.settings.pageUrl}?sign-in=${why}`);
  }

  function noted(error: unknown): null {
    base.log.warn('staff.provider-refused', {
      detail: error instanceof Error ? error.message : String(error),
    });
    return null;
  }
}

function setSession(request: FastifyRequest, reply: FastifyReply, token: string): void {
  void reply.setCookie(sessionCookie, token, {
    path: '/staff',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
  });
}
