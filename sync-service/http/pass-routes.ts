import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import { grantRequestProblem, newChallenge } from '@portillon/core/crypto/pass-challenge.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { grantIssuerOf } from '../keys/grant-issuer.ts';
import { grantOfBase, isKnown, type LinkOutcome, passOfKey, redeemLink } from '../postgres/pass-grants.ts';
import type { BaseContext } from './base-context.ts';
import { type RefusalWords, refuse } from './refusal.ts';
import { sharedRateLimit } from './shared-rate-limit.ts';
import { whereAndWhat } from './where-and-what.ts';

const contentPolicy =
  "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** From one address, behind which a whole club may stand. */
const asksPerMinute = 240;
const limits = { config: { rateLimit: { max: asksPerMinute, timeWindow: 60_000 } }, bodyLimit: 4_096 };

const base64url = (length: number) =>
  z
    .string()
    .length(length)
    .regex(/^[\w-]+$/, 'not base64url');
const grantRequestSchema = z.object({
  challenge: base64url(32),
  publicKey: base64url(43),
  signature: base64url(86),
  /** The credential of the grant that the phone has. */
  holds: base64url(22).optional(),
  link: base64url(179).optional(),
});

/** The page of the pass, and the two questions that it asks (PS14). Answers carry a grant and nothing else of anybody. */
export function passRoutes(pageFolder: string) {
  return async (app: FastifyInstance, { base }: { base: BaseContext }): Promise<void> => {
    await app.register(rateLimit, sharedRateLimit(base));
    app.addHook('onSend', async (_request, reply) => {
      void reply.headers({
        'content-security-policy': contentPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
      });
    });
    const { networkId } = base;
    const issuer = grantIssuerOf(base.keys.network);

    app.post('/pass/api/challenge', limits, async (_request, reply) => {
      const timeMs = base.clock.wallMs();
      const challenge = Buffer.from(newChallenge(issuer.challengeSecret, timeMs)).toString('base64url');
      return reply.header('cache-control', 'no-store').send({ challenge, timeMs });
    });

    app.post('/pass/api/grant', limits, async (request, reply) => {
      const asked = grantRequestSchema.safeParse(request.body);
      if (!asked.success) return refuse(reply, { code: 'pass.malformed', ...whereAndWhat(asked.error) });
      const nowMs = base.clock.wallMs();
      const problem = grantRequestProblem(asked.data, { secret: issuer.challengeSecret, nowMs });
      if (problem) return refuse(reply, unproved[problem]);
      const { publicKey, holds, link } = asked.data;
      if (link !== undefined) {
        const outcome = await redeemLink(base.database, link, publicKey, { networkId, nowMs });
        base.log.info('pass.link-opened', { outcome });
        if (outcome !== 'done') return refuse(reply, linkRefusals[outcome]);
      }
      const isAhead = holds !== undefined && !(await isKnown(base.database, holds));
      const pass = isAhead ? null : await passOfKey(base.database, publicKey);
      if (!pass) {
        return refuse(reply, { code: 'pass.unknown', message: 'no kiosk has told of this phone yet' });
      }
      if (pass.status !== 'active') {
        return refuse(reply, { code: 'pass.ended', message: 'the pass of this phone was ended' });
      }
      const grant = grantOfBase(pass, publicKey, { networkId, issuer });
      return reply
        .header('cache-control', 'no-store')
        .send({ grant: Buffer.from(grant).toString('base64url') });
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

const unproved: Readonly<Record<NonNullable<ReturnType<typeof grantRequestProblem>>, RefusalWords>> = {
  malformed: { code: 'pass.malformed', message: 'a challenge has 24 bytes, a key 32' },
  'stale-challenge': {
    code: 'pass.stale-challenge',
    message: 'ask for a challenge, and answer within two minutes',
  },
  'not-the-phones-signature': {
    code: 'pass.not-proved',
    message: 'the signature over challenge, key and link does not hold',
  },
};

const linkRefusals: Readonly<Record<Exclude<LinkOutcome, 'done'>, RefusalWords>> = {
  'not-trusted': { code: 'pass.link-not-trusted', message: 'no kiosk of this network has made this link' },
  expired: { code: 'pass.link-expired', message: 'have the kiosk show a new link' },
  used: { code: 'pass.link-used', message: 'another phone has opened this link' },
  'card-not-known': {
    code: 'pass.card-not-known',
    message: 'the kiosk has not told of the card yet; try again soon',
  },
};
