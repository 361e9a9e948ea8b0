import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { ForkedPcsc } from './forked-pcsc.ts';
import type { PcscCard, PcscEvent } from './pcsc-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'forked-pcsc-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in for pcsc-process, as a program of these lines. `say` sends a message; the last line keeps it running. */
function program(name: string, lines: string): string {
  const entry = join(folder, `${name}.mjs`);
  writeFileSync(
    entry,
    `const say = (message) => process.send(message, () => undefined);
     process.on('disconnect', () => process.exit(0));
     ${lines}
     setInterval(() => undefined, 1_000);`,
  );
  return entry;
}

const tellsItsNumber = `say({ type: 'service-down', fault: { code: 'reader.service-down', detail: String(process.pid) } });`;

function followed(childEntry: string, name = 'ACS ACR122U') {
  const clock = new VirtualClock();
  const pcsc = new ForkedPcsc({ clock, log: silentLog, childEntry });
  const events: PcscEvent[] = [];
  const waiting = new Set<() => void>();
  const unfollow = pcsc.follow({ name, socketPath: join(folder, 'pcscd.comm') }, (event) => {
    events.push(event);
    for (const look of [...waiting]) look();
  });
  /** Resolves with the first event from now on that `wanted` accepts. */
  const next = <T>(wanted: (event: PcscEvent) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const from = events.length;
      const look = () => {
        for (const event of events.slice(from)) {
          const found = wanted(event);
          if (found === undefined) continue;
          waiting.delete(look);
          resolve(found);
          return;
        }
      };
      waiting.add(look);
    });
  return { clock, pcsc, events, unfollow, next };
}

const downDetail = (event: PcscEvent) => (event.type === 'down' ? event.fault.detail : undefined);
const cardOf = (event: PcscEvent): PcscCard | undefined => (event.type === 'card' ? event.card : undefined);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('PC/SC in a process of its own', () => {
  it('replaces a process that falls silent, after 6 s, and lets none of them live on', async () => {
    const { clock, unfollow, next } = followed(program('silent', tellsItsNumber));
    const first = Number(await next(downDetail));
    await clock.advance(5_999);
    expect(isAlive(first)).toBe(true);
    const killed = next(downDetail);
    await clock.advance(1);
    await killed;
    expect(isAlive(first)).toBe(false);
    const replaced = next(downDetail);
    await clock.advance(200);
    const second = Number(await replaced);
    expect(second).not.toBe(first);
    await unfollow();
    expect(isAlive(second)).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits longer each time before it replaces a process that ends at once, 5 s at most', async () => {
    const waits: number[] = [];
    const sixWaits = new Promise<void>((resolve) => {
      const hurried: Clock = {
        wallMs: () => 0,
        monotonicMs: () => 0,
        setTimer: (delayMs, fire) => {
          if (delayMs === 6_000) return () => undefined; // the watch on its silence
          waits.push(delayMs);
          if (waits.length === 6) resolve();
          else queueMicrotask(fire);
          return () => undefined;
        },
      };
      const childEntry = program('ends', 'process.disconnect();');
      new ForkedPcsc({ clock: hurried, log: silentLog, childEntry }).follow(
        { name: 'ACS ACR122U', socketPath: join(folder, 'pcscd.comm') },
        () => undefined,
      );
    });
    await sixWaits;
    expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 5_000]);
  });

  it('finds a reader by the beginning of its name, up to a blank, and says when none is there', async () => {
    const entry = program(
      'readers',
      `say({ type: 'reader', reader: 'ACS ACR122U PICC Interface 00 00' });
       say({ type: 'service-up' });`,
    );
    const right = followed(entry);
    expect(await right.next((event) => event.type)).toBe('ready');
    await right.unfollow();
    const wrong = followed(entry, 'ACS ACR12');
    expect(await wrong.next((event) => event)).toMatchObject({
      type: 'down',
      fault: { code: 'reader.missing' },
    });
    await wrong.unfollow();
  });

  it('tells one who follows later what is there already', async () => {
    const { pcsc, unfollow, next } = followed(
      program(
        'later',
        `say({ type: 'reader', reader: 'ACS ACR122U' });
         say({ type: 'service-up' });
         say({ type: 'card', reader: 'ACS ACR122U', cardId: 7, atr: '3b00' });`,
      ),
    );
    await next(cardOf);
    const told: string[] = [];
    const socketPath = join(folder, 'pcscd.comm');
    const second = pcsc.follow({ name: 'ACS ACR122U', socketPath }, (event) => told.push(event.type));
    expect(told).toEqual([]);
    await Promise.resolve();
    expect(told).toEqual(['ready', 'card']);
    await second();
    await unfollow();
  });

  it('gives each answer to its own command, and a fault to a command that gets none', async () => {
    const { clock, unfollow, next, events } = followed(
      program(
        'exchange',
        `const held = [];
         say({ type: 'reader', reader: 'ACS ACR122U' });
         say({ type: 'card', reader: 'ACS ACR122U', cardId: 7, atr: '3b00' });
         process.on('message', (message) => {
           if (message.apdu === 'ff') { process.exit(1); return; }
           held.push(message);
           if (held.length === 2) for (const { requestId, apdu } of held.reverse()) say({ type: 'answer', requestId, apdu });
         });`,
      ),
    );
    const card = await next(cardOf);
    expect([...card.atr]).toEqual([0x3b, 0x00]);
    const both = await Promise.all([card.transmit(Uint8Array.of(1)), card.transmit(Uint8Array.of(2))]);
    expect(both).toEqual([
      { ok: true, value: Uint8Array.of(1) },
      { ok: true, value: Uint8Array.of(2) },
    ]);
    const unanswered = card.transmit(Uint8Array.of(3));
    await clock.advance(5_000);
    expect(await unanswered).toMatchObject({ ok: false, error: { code: 'card.no-answer' } });
    const ending = card.transmit(Uint8Array.of(0xff));
    expect(await ending).toMatchObject({ ok: false, error: { code: 'reader.service-down' } });
    expect(events.at(-1)).toMatchObject({ type: 'down', fault: { code: 'reader.service-down' } });
    expect(await card.transmit(Uint8Array.of(4))).toMatchObject({ error: { code: 'reader.service-down' } });
    await unfollow();
    expect(clock.pendingTimers).toBe(0);
  });
});
