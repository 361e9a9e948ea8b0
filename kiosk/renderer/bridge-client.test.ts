import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import type { DownEnvelope, UpEnvelope } from '../bridge/messages.ts';
import { BridgeClient, type SocketEvents } from './bridge-client.ts';
import { galleryStates, galleryView } from './gallery/gallery-states.ts';

const token = 'a-token-of-this-start-0001';

/** The other end of the line: an edge that can go away and come back. */
class EdgeEnd {
  readonly clock = new VirtualClock();
  readonly received: UpEnvelope[] = [];
  readonly tokens: string[] = [];
  present = true;
  #events: SocketEvents | undefined;

  readonly client = new BridgeClient({
    clock: this.clock,
    fetchToken: () =>
      this.present ? Promise.resolve({ token }) : Promise.reject(new Error('connection refused')),
    openSocket: (given, events) => {
      this.tokens.push(given);
      this.#events = events;
      return {
        send: (text) => this.received.push(JSON.parse(text)),
        close: () => this.drop(),
      };
    },
  });

  say(envelope: DownEnvelope): void {
    this.#events?.onMessage(JSON.stringify(envelope));
  }

  sayRaw(data: unknown): void {
    this.#events?.onMessage(data);
  }

  show(revision: number): void {
    const state = galleryStates.find(({ name }) => name === 'plan');
    const view = state && galleryView(state, { language: 'fr', brand: 'cadence', diagonalInches: 24 });
    if (!view) throw new Error('the gallery has a plan screen');
    this.say({ type: 'view', view: { ...view, revision } });
  }

  drop(): void {
    const events = this.#events;
    this.#events = undefined;
    events?.onClose();
  }
}

async function attached(): Promise<EdgeEnd> {
  const edge = new EdgeEnd();
  edge.client.start();
  await edge.clock.advance(0);
  edge.show(1);
  return edge;
}

describe('attaching', () => {
  it('shows the view the edge sends, with the token of this start', async () => {
    const edge = await attached();
    expect(edge.tokens).toEqual([token]);
    expect(edge.client.view()?.revision).toBe(1);
  });

  it('goes on trying while the edge is away, at most 3 s apart, for ever', async () => {
    const edge = new EdgeEnd();
    edge.present = false;
    edge.client.start();
    await edge.clock.advance(3_600_000);
    expect(edge.client.view()).toBeNull();
    expect(edge.clock.pendingTimers).toBe(1);
    edge.present = true;
    await edge.clock.advance(3_000);
    edge.show(1);
    expect(edge.client.view()?.revision).toBe(1);
  });

  it('keeps nothing of the view once the line is gone, and takes an older revision from a new start (I8)', async () => {
    const edge = await attached();
    edge.show(40);
    edge.drop();
    expect(edge.client.view()).toBeNull();
    await edge.clock.advance(250);
    edge.show(2);
    expect(edge.client.view()?.revision).toBe(2);
  });

  it('hangs up on an edge that shows nothing for 5 s', async () => {
    const edge = new EdgeEnd();
    edge.client.start();
    await edge.clock.advance(5_250);
    expect(edge.tokens).toHaveLength(2);
  });

  it.each([['not json'], ['{"type":"view","view":{}}'], [new ArrayBuffer(4)]])(
    'hangs up on an edge that says %s, and tries again',
    async (nonsense) => {
      const edge = await attached();
      edge.sayRaw(nonsense);
      expect(edge.client.view()).toBeNull();
      await edge.clock.advance(250);
      expect(edge.tokens).toHaveLength(2);
    },
  );

  it('ends with no timer left', async () => {
    const edge = await attached();
    edge.client.stop();
    await edge.clock.advance(10_000);
    expect(edge.clock.pendingTimers).toBe(0);
    expect(edge.tokens).toHaveLength(1);
  });
});

describe('views', () => {
  it('that are older than the one shown are ignored', async () => {
    const edge = await attached();
    edge.show(5);
    edge.show(4);
    expect(edge.client.view()?.revision).toBe(5);
  });

  it('are told to whoever listens, once each', async () => {
    const edge = await attached();
    let told = 0;
    const stop = edge.client.subscribe(() => {
      told += 1;
    });
    edge.show(2);
    edge.show(2);
    stop();
    edge.show(3);
    expect(told).toBe(1);
  });
});

describe('messages', () => {
  it('resolve with the answer of the edge, each by its id', async () => {
    const edge = await attached();
    const first = edge.client.send({ type: 'back' });
    const second = edge.client.send({ type: 'finish' });
    const [one, two] = edge.received;
    edge.say({ type: 'answer', id: two?.id ?? -1, outcome: 'stale' });
    edge.say({ type: 'answer', id: one?.id ?? -1, outcome: 'done' });
    edge.say({ type: 'answer', id: 999, outcome: 'done' });
    expect(await Promise.all([first, second])).toEqual(['done', 'stale']);
    expect(edge.clock.pendingTimers).toBe(0);
  });

  it('are away when the line breaks, when the edge is silent for 5 s, and when there is no line', async () => {
    const edge = await attached();
    const silent = edge.client.send({ type: 'back' });
    await edge.clock.advance(5_000);
    expect(await silent).toBe('away');
    const broken = edge.client.send({ type: 'back' });
    edge.drop();
    expect(await broken).toBe('away');
    expect(await edge.client.send({ type: 'back' })).toBe('away');
    edge.client.stop();
  });
});
