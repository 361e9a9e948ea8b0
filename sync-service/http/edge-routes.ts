import rateLimit from '@fastify/rate-limit';
import { delay, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import {
  attachmentMaxBytes,
  type CardKeysAnswer,
  type ConsentsAnswer,
  consentsAskSchema,
  type EnrolAnswer,
  enrolRequestSchema,
  type FeedAnswer,
  type OrderClaimAnswer,
  orderClaimSchema,
  wireVersion,
} from '@portillon/core/wire/messages.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type BaseKeys, cardKeysFor } from '../keys/base-keys.ts';
import { readConsentsOfHolder } from '../postgres/consents.ts';
import { sqlState } from '../postgres/database.ts';
import { enrolEdge } from '../postgres/enrolment.ts';
import { type FeedReader, readFeed, readFeedBeforeNames } from '../postgres/feed.ts';
import { namesNotOpen } from '../postgres/member-names.ts';
import { countRequest } from '../postgres/request-rates.ts';
import { askedKinds } from './asked-kinds.ts';
import { takeAttachment, tellAttachment } from './attachment-requests.ts';
import type { BaseContext } from './base-context.ts';
import { answerCompressed } from './compressed-answer.ts';
import { jsonBody } from './json-body.ts';
import { claimOrder } from './order-claim.ts';
import { photoRoute } from './photo-route.ts';
import { pushRoute } from './push-route.ts';
import { refuse } from './refusal.ts';
import { sharedRateLimit } from './shared-rate-limit.ts';
import { signed } from './signed-handler.ts';
import { provesKey } from './signed-request.ts';
import { whereAndWhat } from './where-and-what.ts';

const enrolBodyBytes = 4 * 1024;
const enrolTriesPerMinute = 20;
const longestWaitAtTheEndMs = 1_000;
/** Who looks into their choices stands at a kiosk for a while: a box that asks for more collects what is none of its business. */
const consentsAnHour = 60;
const hourMs = 3_600_000;
/** W-FEED-10: who is told the same again asks no more often. */
const namesPauseMs = 1_000;

const feedQuerySchema = z.object({
  after: z.coerce.number().int().min(0).default(0),
  waitSeconds: z.coerce.number().min(0).max(25).default(0),
  kinds: askedKinds,
});

/** What an edge's agent calls. Rules by number: core/wire/SPEC.md. */
export async function edgeRoutes(app: FastifyInstance, { base }: { base: BaseContext }): Promise<void> {
  // Signatures cover the bytes as they came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  await app.register(rateLimit, sharedRateLimit(base));

  const serverTime = () => isoTime(base.clock.wallMs());

  app.post(
    '/v1/enrol',
    { bodyLimit: enrolBodyBytes, config: { rateLimit: { max: enrolTriesPerMinute, timeWindow: 60_000 } } },
    async (request, reply) => {
      const asked = await jsonBody(request, enrolRequestSchema, 'enrol.malformed');
      if ('refusal' in asked) return refuse(reply, asked.refusal);
      const isProved = provesKey(request, asked.value.publicKey);
      if (typeof isProved === 'object') {
        base.log.warn('enrol.refused', { code: isProved.code });
        return refuse(reply, isProved);
      }
      const edgeId = newId<'edge'>(base.clock, base.random);
      const nowMs = base.clock.wallMs();
      const { network, seal, card } = base.keys;
      const enrolled = await enrolEdge(
        base.database,
        { ...asked.value, isProved },
        edgeId,
        network.privateKey,
        nowMs,
      );
      if (!enrolled.ok) {
        base.log.warn('enrol.refused', { code: enrolled.error.code });
        return refuse(reply, enrolled.error);
      }
      base.log.info('enrol.done', { edgeId: enrolled.value.edgeId, clubId: enrolled.value.clubId });
      const { issuesCards, ...whoItIs } = enrolled.value;
      const answer: EnrolAnswer = {
        wireVersion,
        ...whoItIs,
        networkId: base.networkId,
        networkKey: network.publicKey,
        sealKey: seal.publicKey,
        cardKey: { version: card.current, key: readingKey(card) },
        cardKeys: cardKeysFor(card, { issuesCards }),
        epoch: base.epoch,
        serverTime: serverTime(),
      };
      return answer;
    },
  );

  pushRoute(app, base);

  app.post(
    '/v1/orders/claim',
    { bodyLimit: enrolBodyBytes },
    signed(base, async (edge, request, reply) => {
      const asked = await jsonBody(request, orderClaimSchema, 'order.malformed');
      if ('refusal' in asked) return refuse(reply, asked.refusal);
      const claimed = await claimOrder(base, edge, asked.value.codeHash);
      base.log.info('order.claimed', {
        edgeId: edge.edgeId,
        outcome: 'code' in claimed ? claimed.code : 'done',
      });
      if ('code' in claimed) return refuse(reply, claimed);
      const answer: OrderClaimAnswer = { ...claimed, serverTime: serverTime() };
      return answer;
    }),
  );

  app.post(
    '/v1/consents/ask',
    { bodyLimit: enrolBodyBytes },
    signed(base, async (edge, request, reply) => {
      const asked = await jsonBody(request, consentsAskSchema, 'consent.malformed');
      if ('refusal' in asked) return refuse(reply, asked.refusal);
      const { count, leftMs } = await countRequest(base.database, 'consents', edge.edgeId, hourMs);
      if (count > consentsAnHour) {
        base.log.warn('consent.refused', { edgeId: edge.edgeId, code: 'request.too-often' });
        const message = `a box asks for what ${consentsAnHour} members said an hour at most`;
        return refuse(reply, { code: 'request.too-often', message, retryAfterMs: leftMs });
      }
      const known = await readConsentsOfHolder(base.database, asked.value.credentialId);
      if (!known) {
        return refuse(reply, {
          code: 'consent.unknown-member',
          message: 'no member holds that credential, or not any more',
        });
      }
      base.log.info('consent.told', { edgeId: edge.edgeId, memberId: known.memberId });
      const answer: ConsentsAnswer = { consents: known.consents, serverTime: serverTime() };
      return answer;
    }),
  );

  app.get(
    '/v1/card-keys',
    signed(base, async ({ edgeId }) => {
      const [edge] = await base.database.query<{ issues_cards: boolean }>(
        'select issues_cards from edges where id = $1',
        [edgeId],
      );
      base.log.info('card-keys.told', { edgeId });
      const answer: CardKeysAnswer = {
        cardKeys: cardKeysFor(base.keys.card, { issuesCards: edge?.issues_cards ?? false }),
        serverTime: serverTime(),
      };
      return answer;
    }),
  );

  app.get(
    '/v1/attachments/:digest',
    signed(base, (edge, request, reply) => tellAttachment(base, edge, request, reply)),
  );

  app.put(
    '/v1/attachments/:digest',
    { bodyLimit: attachmentMaxBytes },
    signed(base, (edge, request, reply) => takeAttachment(base, edge, request, reply)),
  );

  photoRoute(app, base);

  app.get(
    '/v1/feed',
    signed(base, async (edge, request, reply) => {
      const query = feedQuerySchema.safeParse(request.query);
      if (!query.success) {
        return refuse(reply, { code: 'feed.malformed', ...whereAndWhat(query.error) });
      }
      const { after, waitSeconds, kinds } = query.data;
      const reader = { clubId: edge.clubId, kinds };
      base.metrics.feedWaits(1);
      const page = await changesAfter(base, reader, after, waitSeconds * 1_000, request).finally(() =>
        base.metrics.feedWaits(-1),
      );
      if (page === 'ahead') {
        return refuse(reply, {
          code: 'feed.cursor-ahead',
          message: `the base has not reached version ${after}; start again from 0`,
        });
      }
      base.metrics.feedTold(page.changes.length);
      const answer: FeedAnswer = { epoch: base.epoch, ...page, serverTime: serverTime() };
      return answerCompressed(request, reply, answer);
    }),
  );
}

function readingKey({ current, versions }: BaseKeys['card']): string {
  const key = versions.find(({ version }) => version === current)?.read;
  invariant(key, 'the current version of the card keys is in use');
  return key;
}

/** Waits for the first change; returns what there is, perhaps nothing, when the time is up or the caller has left. */
async function changesAfter(
  base: BaseContext,
  reader: Omit<FeedReader, 'nowMs'>,
  after: number,
  waitMs: number,
  request: FastifyRequest,
) {
  const gone = new AbortController();
  const leave = () => gone.abort();
  request.raw.socket.once('close', leave);
  // A base that stops answers with what there is, and lets nobody wait long: the edge asks again, another process.
  base.stopping.addEventListener('abort', leave, { once: true });
  const limitMs = base.stopping.aborted ? Math.min(waitMs, longestWaitAtTheEndMs) : waitMs;
  // Listening begins before the first look, so that no change falls between the two.
  let wake: () => void = () => undefined;
  let woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const stopListening = base.announcements.on('feed', () => wake());
  const deadline = base.clock.monotonicMs() + limitMs;
  const database = base.database.for('feed');
  let from = after;
  const look = async (at: number) => {
    const now = () => ({ ...reader, nowMs: base.clock.wallMs() });
    try {
      return await readFeed(database, at, now());
    } catch (error) {
      if (sqlState(error) !== namesNotOpen) throw error;
      base.names.look();
      await delay(base.clock, namesPauseMs, gone.signal).catch(() => undefined);
      const page = await readFeedBeforeNames(database, at, now());
      if (page === null) throw error;
      return page;
    }
  };
  try {
    for (;;) {
      const page = await look(from);
      const leftMs = deadline - base.clock.monotonicMs();
      if (page === 'ahead' || page.changes.length > 0 || leftMs <= 0 || gone.signal.aborted) return page;
      from = page.cursor;
      const waiting = new AbortController();
      const timer = delay(base.clock, leftMs, AbortSignal.any([gone.signal, waiting.signal])).catch(
        () => undefined,
      );
      await Promise.race([woken, timer]);
      waiting.abort();
      woken = new Promise((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    stopListening();
    base.stopping.removeEventListener('abort', leave);
    request.raw.socket.off('close', leave);
  }
}
