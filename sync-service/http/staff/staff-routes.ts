import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import { isId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { actsOf } from '../../members/may-do.ts';
import { imageType, memberPhoto } from '../../postgres/attachments.ts';
import { signIn, signOut } from '../../postgres/staff-accounts.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { sharedRateLimit } from '../shared-rate-limit.ts';
import { accessRoutes } from './access-routes.ts';
import { accountRoutes } from './account-routes.ts';
import { badgeRoutes } from './badge-routes.ts';
import { caseRoutes } from './case-routes.ts';
import { closingRoutes } from './closing-routes.ts';
import { debtRoutes } from './debt-routes.ts';
import { gateRoutes } from './gate-routes.ts';
import { interventionRoutes } from './intervention-routes.ts';
import { LiveBoard, reachKey } from './live-board.ts';
import type { LiveView } from './live-view.ts';
import { memberRoutes } from './member-routes.ts';
import { migrationRoutes } from './migration-routes.ts';
import { orderRoutes } from './order-routes.ts';
import { outageRoutes } from './outage-routes.ts';
import { fromOurPage, notSignedIn, sessionCookie, staffUserNow, staffUserOf } from './staff-session.ts';

const signInTriesPerMinute = 10;

const signInSchema = z.object({ user: z.string().min(1).max(100), password: z.string().min(1).max(200) });

const contentPolicy =
  "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** The staff page and what it asks for. `pageFolder` holds the built page; null serves the data only. */
export function staffRoutes(pageFolder: string | null) {
  return async (app: FastifyInstance, { base }: { base: BaseContext }): Promise<void> => {
    await app.register(cookie);
    await app.register(rateLimit, sharedRateLimit(base));
    const board = new LiveBoard(base);
    app.addHook('onClose', async () => board.stop());
    app.addHook('onSend', async (_request, reply) => {
      void reply.headers({
        'content-security-policy': contentPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    });

    const userOf = (request: FastifyRequest) => staffUserOf(base, request);

    app.post(
      '/staff/api/sign-in',
      { config: { rateLimit: { max: signInTriesPerMinute, timeWindow: 60_000 } } },
      async (request, reply) => {
        if (!fromOurPage(request)) {
          return refuse(reply, { code: 'staff.foreign-page', message: 'sign in on the staff page itself' });
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
        void reply.setCookie(sessionCookie, token, {
          path: '/staff',
          httpOnly: true,
          sameSite: 'strict',
          secure: request.protocol === 'https',
        });
        return { ok: true };
      },
    );

    app.post('/staff/api/sign-out', async (request, reply) => {
      const token = request.cookies[sessionCookie];
      if (token) await signOut(base.database, token);
      void reply.clearCookie(sessionCookie, { path: '/staff' });
      return { ok: true };
    });

    app.get('/staff/api/session', async (request, reply) => {
      const user = await userOf(request);
      if (!user) return notSignedIn(reply);
      return { user: user.name, role: user.role, wholeNetwork: user.reach === null, may: actsOf(user) };
    });

    /** Server-sent events: the whole live view at once and at every change. The browser reconnects by itself. */
    app.get('/staff/live', async (request, reply) => {
      const user = await userOf(request);
      if (!user) return notSignedIn(reply);
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      reply.raw.write('retry: 1000\n\n');
      const show = async (view: LiveView): Promise<void> => {
        // A reader that does not keep up misses views, never gets half of one: the next is whole.
        if (reply.raw.writableNeedDrain) return;
        // Who signs out elsewhere, whose session ends or who sees other clubs by now sees no more of these (ST5).
        const still = await staffUserNow(base, request);
        if (still && reachKey(still.reach) === reachKey(user.reach)) {
          reply.raw.write(`data: ${JSON.stringify(view)}\n\n`);
        } else {
          reply.raw.end();
        }
      };
      const stopWatching = board.watch(user.reach, (view) => {
        show(view).catch((error: Error) => base.log.warn('live.not-shown', { detail: error.message }));
      });
      // The browser comes back by itself, to another process.
      const end = () => reply.raw.end();
      base.stopping.addEventListener('abort', end, { once: true });
      request.raw.socket.once('close', () => {
        base.stopping.removeEventListener('abort', end);
        stopWatching();
      });
      return reply;
    });

    app.get<{ Params: { memberId: string } }>(
      '/staff/api/members/:memberId/photo',
      async (request, reply) => {
        const user = await userOf(request);
        if (!user) return notSignedIn(reply);
        const { memberId } = request.params;
        const photo = isId(memberId)
          ? await memberPhoto(base.database, memberId, base.keys.seal.privateKey)
          : null;
        if (photo === null) {
          return refuse(reply, { code: 'request.not-found', message: 'no photo of this member' });
        }
        base.log.info('staff.photo-shown', { userId: user.id, memberId });
        return reply
          .header('cache-control', 'private, no-store')
          .type(imageType(photo) ?? 'application/octet-stream')
          .send(Buffer.from(photo));
      },
    );

    accountRoutes(app, base);
    caseRoutes(app, base);
    accessRoutes(app, base);
    badgeRoutes(app, base);
    memberRoutes(app, base);
    outageRoutes(app, base);
    debtRoutes(app, base);
    orderRoutes(app, base);
    closingRoutes(app, base);
    gateRoutes(app, base);
    migrationRoutes(app, base);
    interventionRoutes(app, base);

    app.get('/', async (_request, reply) => reply.redirect('/staff/'));
    if (pageFolder !== null) {
      await app.register(fastifyStatic, { root: pageFolder, prefix: '/staff/', redirect: true });
    }
  };
}
