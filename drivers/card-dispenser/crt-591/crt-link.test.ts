import { type Log, silentLog } from '@portillon/core/base/log.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import { encodeFrame } from './crt-frame.ts';
import { CrtLink, type CrtRepeat } from './crt-link.ts';
import { encodeReply } from './crt-message.ts';

const status = { command: 0x31, parameter: 0x30, data: new Uint8Array(0) };
const move = { command: 0x32, parameter: 0x32, data: new Uint8Array(0) };
const statusFrame = 'F2000003433130 03B0'.replaceAll(' ', '');
const ack = '06';

function replyFrame(to: typeof status, address = 0): string {
  const reply = { kind: 'success', command: to.command, parameter: to.parameter, status: '220' } as const;
  return hexOf(encodeFrame(address, encodeReply({ ...reply, data: new Uint8Array(0) })));
}

/** A link in virtual time, with the test at the device's end. */
async function startLink() {
  const clock = new VirtualClock();
  const transport = new MemoryTransport({ cut: (bytes) => [bytes.subarray(0, 1), bytes.subarray(1)] });
  const opened = await transport.open();
  if (!opened.ok) throw new Error(opened.error.detail);
  const heard: number[] = [];
  transport.onDriverBytes((bytes) => heard.push(...bytes));
  const warnings: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_event, fields) => warnings.push(fields) };
  let discarded = 0;
  const link = new CrtLink({
    connection: opened.value,
    clock,
    log,
    deviceAddress: 0,
    onDiscarded: (count) => {
      discarded += count;
    },
  });
  return {
    clock,
    warnings,
    transport,
    exchange: (command: typeof status, repeat: CrtRepeat) => link.exchange(command, repeat),
    say: (hex: string) => transport.writeToDriver(bytesOfHex(hex)),
    heardSince: () => hexOf(Uint8Array.from(heard.splice(0))),
    get discarded() {
      return discarded;
    },
  };
}

it('acknowledges the reply', async () => {
  const line = await startLink();
  const answer = line.exchange(status, 'repeat');
  await line.clock.advance(0);
  expect(line.heardSince()).toBe(statusFrame);
  line.say(`${ack}${replyFrame(status)}`);
  expect(await answer).toMatchObject({ ok: true, value: { status: '220' } });
  await line.clock.advance(0);
  expect(line.heardSince()).toBe(ack);
  expect(line.clock.pendingTimers).toBe(0);
});

it('sends again what nobody acknowledges within 300 ms, three times in all', async () => {
  const line = await startLink();
  const answer = line.exchange(status, 'repeat');
  await line.clock.advance(299);
  expect(line.heardSince()).toBe(statusFrame);
  await line.clock.advance(2);
  expect(line.heardSince()).toBe(statusFrame);
  await line.clock.advance(600);
  expect(line.heardSince()).toBe(statusFrame);
  expect(await answer).toMatchObject({ error: { code: 'line.no-answer' } });
});

it('never sends a movement again that may have been carried out', async () => {
  const line = await startLink();
  const answer = line.exchange(move, 'once');
  await line.clock.advance(2_000);
  expect(await answer).toMatchObject({ error: { code: 'line.no-answer' } });
  expect(line.heardSince()).toBe('F2000003433232 03B1'.replaceAll(' ', ''));
});

it('sends at once again what the device could not read, a movement too, and gives up after three', async () => {
  const line = await startLink();
  const answer = line.exchange(move, 'once');
  for (let tries = 0; tries < 3; tries++) {
    await line.clock.advance(1);
    expect(line.heardSince()).not.toBe('');
    line.say('15');
  }
  await line.clock.advance(1);
  expect(await answer).toMatchObject({ error: { code: 'line.garbled' } });
  expect(line.heardSince()).toBe('');
});

it('asks for a damaged reply again', async () => {
  const line = await startLink();
  const answer = line.exchange(status, 'repeat');
  await line.clock.advance(1);
  const reply = replyFrame(status);
  line.say(`${ack}${reply.slice(0, -2)}00`);
  await line.clock.advance(1);
  expect(line.heardSince()).toBe(`${statusFrame}15`);
  expect(line.discarded).toBe(12);
  line.say(reply);
  await line.clock.advance(1);
  expect(await answer).toMatchObject({ ok: true });
});

it('takes the reply although its acknowledgement was lost', async () => {
  const line = await startLink();
  const answer = line.exchange(move, 'once');
  await line.clock.advance(100);
  line.say(replyFrame(move));
  await line.clock.advance(1);
  expect(await answer).toMatchObject({ ok: true, value: { status: '220' } });
});

it('drops and counts replies to other questions and from other addresses', async () => {
  const line = await startLink();
  line.say(replyFrame(move));
  await line.clock.advance(1);
  const answer = line.exchange(status, 'repeat');
  await line.clock.advance(1);
  line.say(`${ack}${replyFrame(move)}${replyFrame(status, 3)}`);
  await line.clock.advance(1);
  line.say(replyFrame(status));
  await line.clock.advance(1);
  expect(await answer).toMatchObject({ ok: true, value: { command: 0x31 } });
  expect(line.warnings).toHaveLength(3);
  expect(line.warnings.at(-1)).toMatchObject({ fault: 'line.unexpected-reply', total: 3, address: 3 });
});

it('waits 31 s for a slow movement, then cancels it with EOT', async () => {
  const line = await startLink();
  const answer = line.exchange(move, 'once');
  await line.clock.advance(1);
  line.say(ack);
  await line.clock.advance(30_990);
  line.heardSince();
  await line.clock.advance(20);
  expect(line.heardSince()).toBe('04');
  line.say('04');
  await line.clock.advance(1);
  expect(await answer).toMatchObject({ error: { code: 'line.no-answer' } });
});

it('takes the reply that crosses the cancellation', async () => {
  const line = await startLink();
  const answer = line.exchange(move, 'once');
  await line.clock.advance(1);
  line.say(ack);
  await line.clock.advance(31_100);
  line.say(replyFrame(move));
  await line.clock.advance(1);
  expect(await answer).toMatchObject({ ok: true });
});

it('keeps two equal commands more than 20 ms apart, so that they count as two', async () => {
  const line = await startLink();
  for (const _round of [1, 2]) {
    const answer = line.exchange(status, 'repeat');
    await line.clock.advance(20);
    const heardEarly = line.heardSince().startsWith(statusFrame);
    expect(heardEarly).toBe(_round === 1);
    await line.clock.advance(_round === 1 ? 0 : 10);
    line.say(`${ack}${replyFrame(status)}`);
    await line.clock.advance(0);
    expect(await answer).toMatchObject({ ok: true });
  }
});

it('counts that time from the answer: a slow line may have brought the first command late', async () => {
  const line = await startLink();
  const first = line.exchange(status, 'repeat');
  await line.clock.advance(100);
  line.say(`${ack}${replyFrame(status)}`);
  await line.clock.advance(0);
  expect(await first).toMatchObject({ ok: true });
  line.heardSince();
  const second = line.exchange(status, 'repeat');
  await line.clock.advance(20);
  expect(line.heardSince()).not.toContain(statusFrame);
  await line.clock.advance(10);
  expect(line.heardSince()).toContain(statusFrame);
  line.say(`${ack}${replyFrame(status)}`);
  await line.clock.advance(0);
  expect(await second).toMatchObject({ ok: true });
});

it('tells a pulled cable in the middle of an exchange', async () => {
  const line = await startLink();
  const answer = line.exchange(move, 'once');
  await line.clock.advance(1);
  line.transport.pull();
  expect(await answer).toMatchObject({ error: { code: 'transport.pulled' } });
});
