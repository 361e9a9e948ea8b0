import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Cents } from '@portillon/core/base/money.ts';
import type { PaymentOutcome } from '../payment-terminal.ts';
import { codeWords, resultMeaning } from './zvt-codes.ts';
import type { ZvtEnding } from './zvt-conversation.ts';
import { slipOf, type ZvtStatus } from './zvt-messages.ts';

export function inDoubt(reason: Fault): PaymentOutcome {
  return { kind: 'in-doubt', fault: reason };
}

export function badAnswer(detail: string): Fault {
  return fault('terminal.bad-answer', detail);
}

export const notFound: PaymentOutcome = { kind: 'declined', reason: 'not-found' };

/**
 * What an end means where nothing of ours was booked on the way. Field 27 tells more than the end itself, where both are
 * there. The code of the red key (6C) is also that of the time limit; free text of the terminal (3C) is all that tells them
 * apart, and an abort that we asked for is a cancellation.
 */
export function nothingTaken(ending: ZvtEnding, abortedByUs: boolean): PaymentOutcome {
  switch (ending.kind) {
    case 'lost':
      return inDoubt(ending.fault);
    case 'refused':
      return outcomeOfCode(ending.code, null, abortedByUs, null);
    case 'completed': {
      const code = ending.told.status?.resultCode ?? 0;
      if (code === 0) return inDoubt(badAnswer('it ended well without a result of ours'));
      return outcomeOfCode(code, ending.told.status, abortedByUs, ending.told.why);
    }
    case 'aborted': {
      const told = ending.told.status?.resultCode ?? 0;
      return outcomeOfCode(told === 0 ? ending.code : told, ending.told.status, abortedByUs, ending.told.why);
    }
  }
}

function outcomeOfCode(
  code: number,
  status: ZvtStatus | null,
  abortedByUs: boolean,
  shown: number | null,
): PaymentOutcome {
  const meaning = resultMeaning(code, shown);
  switch (meaning.kind) {
    case 'ok':
      return { kind: 'declined', reason: 'not-completed' };
    case 'declined':
      return { kind: 'declined', reason: meaning.reason };
    case 'ended-by-customer':
      return { kind: !abortedByUs && status?.saysTimeLimit ? 'timed-out' : 'cancelled' };
    case 'busy':
      return { kind: 'busy' };
    case 'out-of-order':
      return { kind: 'out-of-order', fault: fault('terminal.out-of-order', codeWords(code)) };
  }
}

/** What an end means for a refund or a reversal, which we acknowledge at once: it is done when its result was good. */
export function undone(ending: ZvtEnding, amountCents: Cents): PaymentOutcome {
  const status = ending.kind === 'completed' ? ending.told.status : null;
  if (status?.resultCode !== 0) return nothingTaken(ending, false);
  if (status.amountCents !== null && status.amountCents !== amountCents) {
    return inDoubt(badAnswer('the amount given back is not ours'));
  }
  return { kind: 'captured', slip: slipOf(status, amountCents) };
}
