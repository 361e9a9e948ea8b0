import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { signBytes } from '@portillon/core/crypto/signing-key.ts';
import {
  cardKeyState,
  clockOrderToSign,
  type FiscalHead,
  type PushAnswer,
  type PushRequest,
  pushEventLimit,
  pushRequestSchema,
} from '@portillon/core/wire/messages.ts';
import { type PushReceipt, receiptToSign } from '@portillon/core/wire/push-receipt.ts';
import type { FastifyInstance } from 'fastify';
import { cardKeysFor } from '../keys/base-keys.ts';
import { noteClock } from '../postgres/edge-clocks.ts';
import { takeInFiscalHeads } from '../postgres/fiscal-heads.ts';
import { type PushOutcome, pushBatch } from '../postgres/push-batch.ts';
import type { BaseContext } from './base-context.ts';
import { jsonBody } from './json-body.ts';
import { provedRestoration } from './proved-restoration.ts';
import { PushAdmission } from './push-admission.ts';
import { refuse } from './refusal.ts';
import { signed } from './signed-handler.ts';
import type { SignedBy } from './signed-request.ts';

/** 2 MiB of event bodies, as the agent batches them, with envelopes and escapes around them; sent or inflated. */
export const pushBodyBytes = 8 * 1024 * 1024;

/** Of a push that keeps to the lane of the small ones, as it is sent: a heartbeat, or a few events. */
const fewBytes = 4 * 1024;

/** `POST /v1/push`: what happened at an edge (W-PUSH-1 to W-PUSH-15, W-RECEIPT-1). */
export function pushRoute(app: FastifyInstance, base: BaseContext): void {
  // Who comes with hardly anything, a heartbeat or a passage just now, does not stand behind the queues of others.
  const newLane = () => new PushAdmission(base.clock, base.random);
  const lanes = { few: newLane(), many: newLane() };
  const takeIn = signed(base, async (edge, request, reply) => {
    const push = await jsonBody(request, pushRequestSchema, 'push.malformed', {
      inflatedBytes: pushBodyBytes,
    });
    if ('refusal' in push) {
      base.log.warn('push.refused', { edgeId: edge.edgeId, code: push.refusal.code });
      return refuse(reply, push.refusal);
    }
    const { fiscalHeads, heldReceipt } = push.value;
    const fiscalAnchors = fiscalHeads && (await anchored(base, edge, fiscalHeads));
    const taken = await pushBatch(base.database, edge, push.value, { nowMs: base.clock.wallMs() });
    await provedRestoration(base, edge.edgeId, heldReceipt, taken.ok ? taken.value.appliedThrough : null);
    if (!taken.ok) {
      base.log.warn('push.refused', { edgeId: edge.edgeId, code: taken.error.code });
      return refuse(reply, taken.error);
    }
    const { parked, appliedThrough, wanted } = taken.value;
    base.metrics.pushed(push.value.events.length, parked.length);
    for (const { seq, reason } of parked) {
      base.log.warn('push.event-parked', { edgeId: edge.edgeId, seq, reason });
    }
    const answer: PushAnswer = {
      epoch: base.epoch,
      appliedThrough,
      parked,
      wanted,
      cardKeys: cardKeyState(cardKeysFor(base.keys.card, { issuesCards: false })),
      ...(fiscalAnchors ? { fiscalAnchors } : {}),
      ...(await clockOrderFor(base, edge, push.value)),
      receipt: receiptOf(base, edge.edgeId, taken.value),
      takes: { gzip: true, events: pushEventLimit },
      serverTime: isoTime(base.clock.wallMs()),
    };
    return answer;
  });

  app.post('/v1/push', { bodyLimit: pushBodyBytes }, async (request, reply) => {
    const bytes = request.body instanceof Buffer ? request.body.length : 0;
    const admitted = await lanes[bytes <= fewBytes ? 'few' : 'many'].enter(bytes);
    if (!admitted.admitted) {
      const { retryAfterMs } = admitted;
      base.log.info('push.come-again', { retryAfterMs });
      const message = 'many boxes push at once; send the same again after retryAfterMs';
      return refuse(reply, { code: 'push.come-again', message, retryAfterMs });
    }
    try {
      return await takeIn(request, reply);
    } finally {
      admitted.leave();
    }
  });
}

/** W-CLOCK-7: signed anew for each answer, as long as it may be followed. */
async function clockOrderFor(
  base: BaseContext,
  { edgeId }: SignedBy,
  { clock }: PushRequest,
): Promise<Pick<PushAnswer, 'clockOrder'>> {
  const madeAt = clock ? await noteClock(base.database, edgeId, clock, base.clock.wallMs()) : null;
  if (madeAt === null) return {};
  const signed = signBytes(base.keys.network.privateKey, clockOrderToSign(edgeId, madeAt));
  return { clockOrder: { madeAt, signature: toBase64url(signed) } };
}

/** After the commit: what is signed is in the base. */
function receiptOf(
  { epoch, backupDays, keys, clock }: BaseContext,
  edgeId: string,
  { appliedThrough, lastHash }: PushOutcome,
): PushReceipt {
  const receipt = {
    epoch,
    through: appliedThrough,
    hash: lastHash,
    at: isoTime(clock.wallMs()),
    keepDays: backupDays,
  };
  const signature = signBytes(keys.network.privateKey, receiptToSign(edgeId, receipt));
  return { ...receipt, signature: toBase64url(signature) };
}

/** Keeps the heads, in a transaction of its own (W-FISCAL-4). Returns what was known before. */
async function anchored(base: BaseContext, edge: SignedBy, heads: readonly FiscalHead[]) {
  const { database, clock, random, log } = base;
  const { anchors, rollbacks, notKept } = await takeInFiscalHeads(database, edge, heads, {
    nowMs: clock.wallMs(),
    newCaseId: () => newId<'case'>(clock, random),
  });
  for (const { chain, knownNo } of rollbacks) {
    log.error('push.journal-rolled-back', { edgeId: edge.edgeId, chain, knownNo });
  }
  for (const { chain } of notKept) {
    log.warn('push.fiscal-chain-not-kept', { edgeId: edge.edgeId, chain });
  }
  return [...anchors];
}
