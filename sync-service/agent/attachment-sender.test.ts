import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { newSigningKeyPair } from '@portillon/core/crypto/signing-key.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { type Asked, type Scripted, ScriptedBase } from '../test/scripted-base.ts';
import { newTestId } from '../test/test-edge.ts';
import type { EdgeIdentity } from './agent-store.ts';
import { AttachmentSender } from './attachment-sender.ts';
import { BaseClient } from './base-client.ts';

const kibibyte = 1_024;
const serverTime = '2026-11-23T09:00:00.000Z';
const digest = 'd'.repeat(64);
const keys = newSigningKeyPair();
const identity = { edgeId: newTestId(), privateKey: keys.privateKey } as unknown as EdgeIdentity;

let clock: VirtualClock;
let base: ScriptedBase;
let sender: AttachmentSender;
let held: number;
let waits: number;
const stopped = new AbortController();

/** A base that holds pieces; `lineBytesPerMs` is how fast they come. */
function holding(total: number, lineBytesPerMs = Number.POSITIVE_INFINITY) {
  return async (asked: Asked): Promise<Scripted> => {
    await clock.advance(asked.body.length / lineBytesPerMs);
    if (asked.method === 'PUT') {
      const offset = Number(asked.query.get('offset'));
      if (offset !== held) {
        const error = { code: 'attachment.wrong-offset', message: 'no', heldBytes: held };
        return { status: 409, json: { error } };
      }
      held += asked.body.length;
    }
    return { status: 200, json: { held, whole: held === total, serverTime } };
  };
}

const puts = () => base.asked.filter(({ method }) => method === 'PUT');
/** Time passes for as long as it takes: what the sender waits for is rest. */
async function sent(bytes: Uint8Array) {
  let over = false;
  const sending = sender.send(identity, digest, bytes).finally(() => {
    over = true;
  });
  while (!over) {
    await clock.advance(5);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return sending;
}

beforeEach(async () => {
  clock = new VirtualClock();
  held = 0;
  waits = 0;
  base = new ScriptedBase(() => 'cut');
  const client = new BaseClient(await base.listen(), new MemoryAgentStore(), clock, stopped.signal);
  const quiet = async () => {
    waits += 1;
  };
  sender = new AttachmentSender({ client, clock, quiet, stopped: stopped.signal });
});

afterEach(() => base.close());

it('[W-ATT-8] [W-ATT-9] sends only what is not held, and goes where the base says that it is', async () => {
  const bytes = new Uint8Array(700 * kibibyte).fill(7);
  held = 300 * kibibyte;
  let moved = false;
  const whole = holding(bytes.length);
  base.answerWith((asked) => {
    if (asked.method === 'PUT' && !moved) {
      // Another connection of this box was faster.
      moved = true;
      held = 400 * kibibyte;
    }
    return whole(asked);
  });
  expect(await sent(bytes)).toMatchObject({ ok: true });
  const offsets = puts().map(({ query }) => Number(query.get('offset')) / kibibyte);
  expect(offsets).toEqual([300, 400, 656]);
  expect(held).toBe(bytes.length);
});

it('[W-ATT-9] resumes after a line that was cut in the middle of a piece, without what had come before', async () => {
  const bytes = new Uint8Array(600 * kibibyte);
  const whole = holding(bytes.length);
  base.answerWith((asked) => (asked.query.get('offset') === String(256 * kibibyte) ? 'cut' : whole(asked)));
  expect(await sent(bytes)).toMatchObject({ ok: false });
  expect(held).toBe(256 * kibibyte);
  base.answerWith(whole);
  const before = puts().length;
  expect(await sent(bytes)).toMatchObject({ ok: true });
  const again = puts().slice(before);
  expect(again.reduce((sum, { body }) => sum + body.length, 0)).toBe(344 * kibibyte);
});

it('[W-ATT-8] sends it whole to a base of the version before', async () => {
  const bytes = new Uint8Array(700 * kibibyte);
  base.answerWith(({ method }) =>
    method === 'GET'
      ? { status: 404, json: { error: { code: 'request.not-found', message: 'nothing here' } } }
      : { status: 204 },
  );
  expect(await sent(bytes)).toMatchObject({ ok: true });
  expect(puts().map(({ body, query }) => [body.length, query.size])).toEqual([[bytes.length, 0]]);
});

it('[W-ATT-13] makes pieces that go out in about a second, lets events go first, and leaves half of the line', async () => {
  const bytes = new Uint8Array(1_024 * kibibyte);
  // 64 KiB in a second.
  base.answerWith(holding(bytes.length, (64 * kibibyte) / 1_000));
  const fromMs = clock.monotonicMs();
  expect(await sent(bytes)).toMatchObject({ ok: true });
  const sizes = puts().map(({ body }) => Math.round(body.length / kibibyte));
  expect(sizes[0]).toBe(256);
  expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(65);
  expect(Math.min(...sizes.slice(1, -1))).toBeGreaterThanOrEqual(50);
  expect(waits).toBe(sizes.length);
  // 16 s on the way, and as long for others.
  expect(clock.monotonicMs() - fromMs).toBeGreaterThan(31_000);
});
