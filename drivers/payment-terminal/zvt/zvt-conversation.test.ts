import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import { apduOf } from './apdu.ts';
import { TcpApduLine } from './apdu-line.ts';
import { converse, type ZvtConversationOptions } from './zvt-conversation.ts';
import { zvtAnswers } from './zvt-messages.ts';

async function startConversation(parts: Partial<ZvtConversationOptions> = {}) {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const opened = await transport.open();
  if (!opened.ok) throw new Error(opened.error.detail);
  const heard: number[] = [];
  transport.onDriverBytes((bytes) => heard.push(...bytes));
  const line = new TcpApduLine({ connection: opened.value, clock, onDiscarded: () => undefined });
  const limits = { commandLimitMs: 5_000, answerLimitMs: 180_000, askAgainLimitMs: 15_000 };
  const ending = converse({ line, clock, ...limits, ...parts }, apduOf(0x0601));
  await clock.advance(0);
  return {
    clock,
    ending,
    say: async (hex: string) => {
      transport.writeToDriver(bytesOfHex(hex));
      await clock.advance(0);
    },
    heardSince: () => hexOf(Uint8Array.from(heard.splice(0))),
  };
}

it('answers everything that the terminal says, to its end', async () => {
  const { say, heardSince, ending } = await startConversation();
  expect(heardSince()).toBe('060100');
  await say('80 00 00');
  expect(heardSince()).toBe('');
  await say('04 FF 01 0A');
  await say('06 D1 02 00 41');
  await say('04 0F 02 27 00');
  expect(heardSince()).toBe('800000'.repeat(3));
  await say('06 D8 00');
  expect(heardSince()).toBe('848300');
  await say('06 0F 00');
  expect(heardSince()).toBe('800000');
  expect(await ending).toMatchObject({ kind: 'completed', told: { status: { resultCode: 0 } } });
});

it.each([
  ['04 0F 02 27 00', true],
  ['04 0F 08 27 00 06 04 1F 11 01 01', false],
  ['04 0F 08 27 00 06 04 1F 11 01 00', true],
])(
  '[ZV16] after the terminal has shown its offline mode, %s was approved offline: %s',
  async (result, offline) => {
    const { say, ending } = await startConversation();
    await say('80 00 00');
    await say('04 FF 01 2B');
    await say(result);
    await say('06 0F 00');
    expect(await ending).toMatchObject({ told: { status: { offline } } });
  },
);

it('[ZV16] does not take the offline mode of one command for that of the next', async () => {
  const { say, ending } = await startConversation();
  await say('80 00 00');
  await say('04 FF 01 0A');
  await say('04 0F 02 27 00');
  await say('06 0F 00');
  expect(await ending).toMatchObject({ told: { status: { offline: null } } });
});

it('gives the terminal 5 s to begin, and 180 s from each sign of life', async () => {
  const silent = await startConversation();
  await silent.clock.advance(5_000);
  expect(await silent.ending).toMatchObject({ kind: 'lost', fault: { code: 'terminal.no-answer' } });
  const { say, clock, ending } = await startConversation();
  await say('80 00 00');
  await clock.advance(179_000);
  await say('04 FF 01 0A');
  await clock.advance(179_000);
  await say('04 FF 02 0A 05');
  await clock.advance(299_000);
  await say('06 1E 01 6C');
  expect(await ending).toMatchObject({ kind: 'aborted', code: 0x6c });
});

it('[ZV4] lets go of a sale that a program before this one had asked for', async () => {
  const { say, heardSince, ending } = await startConversation();
  heardSince();
  await say('04 0F 02 27 00');
  expect(heardSince()).toBe('846600');
  await say('06 1E 01 6C');
  expect(heardSince()).toBe('800000');
  await say('84 9C 00');
  expect(await ending).toEqual({ kind: 'refused', code: 0x9c });
});

it('[ZV5] waits 15 s at most for the question that follows `not yet`', async () => {
  const { say, clock, ending } = await startConversation({ answerTo: async () => zvtAnswers.notYet });
  await say('80 00 00');
  await say('04 0F 02 27 00');
  await clock.advance(15_000);
  expect(await ending).toMatchObject({ kind: 'lost', fault: { code: 'terminal.no-answer' } });
});

it('[ZV5] gives no answer to a question that the terminal has left behind', async () => {
  const { say, heardSince, ending } = await startConversation({
    answerTo: (_status, arrived) =>
      new Promise((resolve) => arrived.addEventListener('abort', () => resolve(null))),
  });
  await say('80 00 00');
  heardSince();
  await say('04 0F 02 27 00');
  await say('06 1E 01 6C');
  expect(heardSince()).toBe('800000');
  expect(await ending).toMatchObject({ kind: 'aborted' });
});

it('[ZV6] believes nothing any more once a message makes no sense', async () => {
  const { say, ending } = await startConversation();
  await say('80 00 00');
  await say('04 0F 03 27 00 99');
  expect(await ending).toMatchObject({ kind: 'lost', fault: { code: 'terminal.bad-answer' } });
});
