import { fault } from '@portillon/core/base/fault-codes.ts';
import { cents } from '@portillon/core/base/money.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { bytesOfHex } from '../../card/hex.ts';
import { decodeApdu } from './apdu.ts';
import { HeldPayment } from './held-payment.ts';
import dissected from './vectors/dissected-apdus.json' with { type: 'json' };
import { decodeMessage, type ZvtStatus, zvtAnswers } from './zvt-messages.ts';
import type { ZvtExchange } from './zvt-session.ts';

const approved = approvedStatus();
const failed = { ...approved, resultCode: 0x6c };
const told = (status: ZvtStatus | null) => ({ status, why: null });

const completed: ZvtExchange = { kind: 'completed', terminalStatus: null, told: told(approved) };
const completedBadly: ZvtExchange = { ...completed, told: told(failed) };
const aborted: ZvtExchange = { kind: 'aborted', code: 0x6c, told: told(approved) };
const lost: ZvtExchange = {
  kind: 'lost',
  fault: fault('terminal.no-answer', 'nothing within 180000 ms'),
  hadBegun: true,
};

function approvedStatus(): ZvtStatus {
  const apdu = decodeApdu(bytesOfHex(dissected.terminal.approved.apdu));
  const message = apdu && decodeMessage(apdu);
  if (!message?.ok || message.value.kind !== 'status') throw new Error('the vector is no status');
  return message.value.status;
}

function startPayment() {
  const clock = new VirtualClock();
  const counted: (string | undefined)[] = [];
  const aborts = { asked: 0 };
  const held = new HeldPayment({
    clock,
    request: { reference: 'SALE0001A', amountCents: cents(3_990) },
    holdAnswerMs: 20_000,
    holdLimitMs: 120_000,
    onBooking: (status) => counted.push(status.numbers?.receipt),
    askAbort: async () => {
      aborts.asked++;
    },
  });
  const ask = () => held.answerTo(approved, new AbortController().signal);
  return { clock, counted, aborts, held, ask };
}

/** What a decision comes to when the terminal then ends so. */
async function outcomeOf(decision: 'book' | 'let-go', ending: ZvtExchange): Promise<string> {
  const { held, ask } = startPayment();
  const asked = ask();
  const decided = held.decide(decision);
  expect(await asked).toBe(decision === 'book' ? zvtAnswers.done : zvtAnswers.notIssued);
  held.ended(ending);
  return `${(await decided).kind}, ${held.end}`;
}

it.each([
  ['book', 'is completed', completed, 'captured, booked'],
  ['book', 'is completed with a bad result', completedBadly, 'in-doubt, in-doubt'],
  ['book', 'is aborted', aborted, 'in-doubt, in-doubt'],
  ['book', 'is lost', lost, 'in-doubt, in-doubt'],
  ['let-go', 'is aborted', aborted, 'captured, let-go'],
  ['let-go', 'is completed with a bad result', completedBadly, 'captured, let-go'],
  ['let-go', 'is completed', completed, 'in-doubt, in-doubt'],
  ['let-go', 'is lost', lost, 'in-doubt, let-go'],
] as const)('[I10] what was told to %s and %s', async (decision, _how, ending, outcome) => {
  expect(await outcomeOf(decision, ending)).toBe(outcome);
});

it('[ZV5] answers `not yet` after 20 s, and lets go after 120 s', async () => {
  const { clock, held, ask, counted } = startPayment();
  for (let round = 0; round < 6; round++) {
    const asked = ask();
    await clock.advance(19_999);
    expect(held.slip).toBeDefined();
    await clock.advance(1);
    expect(await asked).toBe(round < 5 ? zvtAnswers.notYet : zvtAnswers.notIssued);
  }
  expect(counted).toEqual([]);
  held.ended(aborted);
  expect(await held.authorised).toMatchObject({ kind: 'held' });
  expect(held.end).toBe('let-go');
  expect(clock.pendingTimers).toBe(0);
});

it('[ZV7] counts a sale with its yes, and says yes again when it is asked again', async () => {
  const { held, ask, counted } = startPayment();
  const asked = ask();
  void held.decide('book');
  expect(await asked).toBe(zvtAnswers.done);
  expect(await ask()).toBe(zvtAnswers.done);
  expect(counted).toEqual(['0471']);
});

it('asks the terminal to stop once it has begun, and not any more once it holds', async () => {
  const { held, aborts, ask, clock } = startPayment();
  await held.abort();
  expect(aborts.asked).toBe(0);
  held.begun();
  expect(aborts.asked).toBe(1);
  const asked = ask();
  await held.abort();
  expect(aborts.asked).toBe(1);
  await clock.advance(20_000);
  await asked;
});
