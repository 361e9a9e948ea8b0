import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import { isId } from '@portillon/core/base/ids.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actsOf } from '../../members/may-do.ts';
import { imageType, memberPhoto } from '../../postgres/attachments.ts';
import type { BaseContext } from '../base-context.ts';
import { refuse } from '../refusal.ts';
import { sharedRateLimit } from '../shared-rate-limit.ts';
import { accessRoutes } from './access-routes.ts';
import { accountRoutes } from './account-routes.ts';
import { badgeRoutes } from './badge-routes.ts';
import { boxRoutes } from './box-routes.ts';
import { caseRoutes } from './case-routes.ts';
import { closingRoutes } from './closing-routes.ts';
import { consentRoutes } from './consent-routes.ts';
import { debtRoutes } from './debt-routes.ts';
import { gateRoutes } from './gate-routes.ts';
import { interventionRoutes } from './intervention-routes.ts';
import { keptRoutes } from './kept-routes.ts';
import { LiveBoard, reachKey } from './live-board.ts';
import type { LiveView } from './live-view.ts';
import { memberRoutes } from './member-routes.ts';
import { migrationRoutes } from './migration-routes.ts';
import { orderRoutes } from './order-routes.ts';
import { outageRoutes } from './outage-routes.ts';
import { priceRoutes } from './price-routes.ts';
import { privacyRoutes } from './privacy-routes.ts';
import { samePersonRoutes } from './same-person-routes.ts';
import type { ProviderSettings } from './sign-in/provider-settings.ts';
import { signInRoutes } from './sign-in/sign-in-routes.ts';
import { StaffProvider } from './sign-in/staff-provider.ts';
import { notSignedIn, staffUserNow, staffUserOf } from './staff-session.ts';

const contentPolicy =
  "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/**
 * The staff page and what it asks for. `pageFolder` holds the built page; null serves the data only. `signInWith` is a provider of
 * sign-ins beside or in place of passwords.
 */
export function staffRoutes(pageFolder: string | null, signInWith: ProviderSettings | null = null) {
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

    signInRoutes(app, base, signInWith ? new StaffProvider(signInWith) : null);

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
        const photo = isId(memberId) ? await memberPhoto(base, memberId) : null;
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
    samePersonRoutes(app, base);
    accessRoutes(app, base);
    badgeRoutes(app, base);
    memberRoutes(app, base);
    outageRoutes(app, base);
    consentRoutes(app, base);
    debtRoutes(app, base);
    keptRoutes(app, base);
    orderRoutes(app, base);
    closingRoutes(app, base);
    gateRoutes(app, base);
    migrationRoutes(app, base);
    interventionRoutes(app, base);
    priceRoutes(app, base);
    privacyRoutes(app, base);
    boxRoutes(app, base);

    app.get('/', async (_request, reply) => reply.redirect('/staff/'));
    if (pageFolder !== null) {
      await app.register(fastifyStatic, { root: pageFolder, prefix: '/staff/', redirect: true });
    }
  };
}
