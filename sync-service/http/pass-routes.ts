import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const contentPolicy =
  "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The page of the pass: files only. It asks the base for nothing and tells it nothing. */
export function passRoutes(pageFolder: string) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onSend', async (_request, reply) => {
      void reply.headers({
        'content-security-policy': contentPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
      });
    });
    // As kiosks show it.
    app.get('/pass', async (_request, reply) => reply.redirect('/pass/'));
    await app.register(fastifyStatic, {
      root: pageFolder,
      prefix: '/pass/',
      decorateReply: false,
    });
  };
}
