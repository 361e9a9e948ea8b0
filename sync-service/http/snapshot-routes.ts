import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { FeedAnswer } from '@portillon/core/wire/messages.ts';
import type { Snapshot, SnapshotAnswer } from '@portillon/core/wire/snapshot.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readOwnPart } from '../postgres/feed.ts';
import { freshSnapshot, makeSnapshot, snapshotById, snapshotChunk } from '../postgres/feed-snapshots.ts';
import { askedKinds } from './asked-kinds.ts';
import type { BaseContext } from './base-context.ts';
import { answerCompressed } from './compressed-answer.ts';
import { type RefusalWords, refuse } from './refusal.ts';
import { signed } from './signed-handler.ts';
import { whereAndWhat } from './where-and-what.ts';

const retryAfterSeconds = 2;

const gone: RefusalWords = {
  code: 'snapshot.gone',
  message: 'this snapshot is no longer there; ask for a new one',
};

const idSchema = z.object({ id: z.uuid() });
const chunkSchema = z.object({ id: z.uuid(), index: z.coerce.number().int().min(0).max(1_000_000) });
const ownSchema = z.object({ after: z.coerce.number().int().min(0).default(0), kinds: askedKinds });

/** Full starts for edges that are new, far behind, or of another epoch: W-SNAP in core/wire/SPEC.md. */
export async function snapshotRoutes(app: FastifyInstance, { base }: { base: BaseContext }): Promise<void> {
  /** Which other processes need not know of: the lock in the base lets one of them make it. */
  let making: Promise<unknown> | null = null;
  app.addHook('onClose', async () => {
    await making;
  });

  const make = () => {
    const nowMs = base.clock.wallMs();
    const snapshotId = newId<'snapshot'>(base.clock, base.random);
    if (base.stopping.aborted) return;
    making ??= makeSnapshot(base.database.for('job'), {
      snapshotId,
      epoch: base.epoch,
      nowMs,
      stopped: base.stopping,
    })
      .then((outcome) => {
        if (outcome === 'made') base.log.info('snapshot.made', { snapshotId });
      })
      .catch((error: Error) => base.log.error('snapshot.not-made', { detail: error.message }))
      .finally(() => {
        making = null;
      });
  };

  const answer = (snapshot: Snapshot | null): SnapshotAnswer => ({
    epoch: base.epoch,
    snapshot,
    retryAfterSeconds,
    serverTime: isoTime(base.clock.wallMs()),
  });

  app.get(
    '/v1/snapshot',
    signed(base, async (_edge, request, reply) => {
      const fresh = await freshSnapshot(base.database, base.epoch, base.clock.wallMs());
      if (fresh === null) make();
      return answerCompressed(request, reply, answer(fresh));
    }),
  );

  app.get(
    '/v1/snapshot/:id',
    signed(base, async (_edge, request, reply) => {
      const asked = idSchema.safeParse(request.params);
      const known = asked.success && (await snapshotById(base.database, base.epoch, asked.data.id));
      return known ? answerCompressed(request, reply, answer(known)) : refuse(reply, gone);
    }),
  );

  app.get(
    '/v1/snapshot/:id/chunks/:index',
    signed(base, async (_edge, request, reply) => {
      const asked = chunkSchema.safeParse(request.params);
      const bytes =
        asked.success && (await snapshotChunk(base.database, base.epoch, asked.data.id, asked.data.index));
      if (!bytes) return refuse(reply, gone);
      return reply.header('content-type', 'application/octet-stream').send(bytes);
    }),
  );

  app.get(
    '/v1/snapshot/:id/own',
    signed(base, async ({ clubId }, request, reply) => {
      const query = ownSchema.safeParse(request.query);
      if (!query.success) return refuse(reply, { code: 'feed.malformed', ...whereAndWhat(query.error) });
      const asked = idSchema.safeParse(request.params);
      const known = asked.success && (await snapshotById(base.database, base.epoch, asked.data.id));
      if (!known) return refuse(reply, gone);
      const { after, kinds } = query.data;
      const reader = { clubId, kinds, nowMs: base.clock.wallMs() };
      const page = await readOwnPart(base.database, known.version, after, reader);
      const own: FeedAnswer = { epoch: base.epoch, ...page, serverTime: isoTime(base.clock.wallMs()) };
      return answerCompressed(request, reply, own);
    }),
  );
}
