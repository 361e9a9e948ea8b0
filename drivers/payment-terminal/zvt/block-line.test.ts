import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import { apduOf } from './apdu.ts';
import { BlockLine } from './block-line.ts';
import { encodeBlock } from './serial-block.ts';

const sale = apduOf(0x0601, [0x04, 0, 0, 0, 0, 0x10, 0]);
const saleBlock = hexOf(encodeBlock(sale));
const result = hexOf(encodeBlock(apduOf(0x040f, [0x27, 0x00])));
const done = apduOf(0x8000);
const doneBlock = hexOf(encodeBlock(done));

/** A line in virtual time, with the test at the terminal's end. */
async function startLine() {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const opened = await transport.open();
  if (!opened.ok) throw new Error(opened.error.detail);
  const heard: number[] = [];
  transport.onDriverBytes((bytes) => heard.push(...bytes));
  const lost = { bytes: 0 };
  const line = new BlockLine({
    connection: opened.value,
    clock,
    onDiscarded: (count) => {
      lost.bytes += count;
    },
  });
  return {
    clock,
    line,
    lost,
    transport,
    say: async (hex: string) => {
      transport.writeToDriver(bytesOfHex(hex));
      await clock.advance(0);
    },
    heardSince: () => hexOf(Uint8Array.from(heard.splice(0))),
  };
}

it('[ZV2] sends a block again after 5 s, three times in all, and then gives up', async () => {
  const { clock, line, heardSince } = await startLine();
  const sent = line.send(sale);
  await clock.advance(4_999);
  expect(heardSince()).toBe(saleBlock);
  await clock.advance(1);
  expect(heardSince()).toBe(saleBlock);
  await clock.advance(5_000);
  expect(heardSince()).toBe(saleBlock);
  await clock.advance(5_000);
  expect(heardSince()).toBe('');
  expect(await sent).toMatchObject({ error: { code: 'line.no-answer' } });
  expect(clock.pendingTimers).toBe(0);
});

it('[ZV2] sends a block again at once when it was damaged, and one after the other', async () => {
  const { line, say, heardSince, clock } = await startLine();
  const both = Promise.all([line.send(sale), line.send(done)]);
  await say('15');
  expect(heardSince()).toBe(saleBlock + saleBlock);
  await say('06');
  expect(heardSince()).toBe(doneBlock);
  await say('06');
  expect(await both).toEqual([{ ok: true }, { ok: true }]);
  const refused = line.send(sale);
  await say('15 15 15');
  expect(await refused).toMatchObject({ error: { code: 'line.garbled' } });
  expect(clock.pendingTimers).toBe(0);
});

it('[ZV2] refuses a block that is damaged or stops for 200 ms, and names a line that damages every repeat', async () => {
  const { line, say, heardSince, clock, lost } = await startLine();
  await say('10 02 04 0F');
  await clock.advance(199);
  expect(heardSince()).toBe('');
  await clock.advance(1);
  expect(heardSince()).toBe('15');
  expect(lost.bytes).toBe(4);
  const damaged = `${result.slice(0, -2)}00`;
  await say(damaged);
  await say(damaged);
  expect(heardSince()).toBe('1515');
  expect(await line.next(0)).toMatchObject({ error: { code: 'line.garbled' } });
  await say(result);
  expect(heardSince()).toBe('06');
  expect(await line.next(0)).toMatchObject({ value: { command: 0x040f } });
});

it('[ZV3] acknowledges a block that comes again unanswered, and takes it once', async () => {
  const { line, say, heardSince, clock } = await startLine();
  await say(result);
  await say(result);
  expect(heardSince()).toBe('0606');
  const answered = line.send(done);
  await say(result);
  expect(heardSince()).toBe(`${doneBlock}06`);
  await say('06');
  expect(await answered).toMatchObject({ ok: true });
  expect(await line.next(0)).toMatchObject({ ok: true });
  const another = line.next(1_000);
  await clock.advance(1_000);
  expect(await another).toMatchObject({ error: { code: 'line.no-answer' } });
  await say(result);
  expect(await line.next(0)).toMatchObject({ value: { command: 0x040f } });
});

it('[ZV3] takes a new block for the acknowledgement that was lost', async () => {
  const { line, say, heardSince } = await startLine();
  const sent = line.send(sale);
  await say(doneBlock);
  expect(await sent).toMatchObject({ ok: true });
  expect(heardSince()).toBe(`${saleBlock}06`);
  expect(await line.next(0)).toMatchObject({ value: { command: 0x8000 } });
});

it('ends what waits when the cable is pulled', async () => {
  const { line, transport, clock } = await startLine();
  const sent = Promise.all([line.send(sale), line.send(done)]);
  const next = line.next(1_000);
  transport.pull();
  const pulled = { ok: false, error: { code: 'transport.pulled' } };
  expect(await sent).toMatchObject([pulled, pulled]);
  expect(await next).toMatchObject(pulled);
  expect(await line.send(sale)).toMatchObject(pulled);
  expect(clock.pendingTimers).toBe(0);
});
