import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { readToldClosing } from '@portillon/core/journal/told-closing.ts';
import type { ReadEventOf } from '@portillon/core/wire/event.ts';
import type { Facts } from './event-facts.ts';
import { insert, placeOf, type RowChange } from './row-change.ts';

/** Name of the till in the string of a closing, before anything of it is believed; empty where there is none. */
export function tillOf({ text }: ReadEventOf<'till.closed'>): string {
  return text.split(',')[2] ?? '';
}

/** W-FISCAL-7. A till that began to tell its closings later than it began to close begins with any number. */
export function tillClosed(
  event: ReadEventOf<'till.closed'>,
  { reporter, lastClosing }: Facts,
): Result<RowChange[], string> {
  const read = readToldClosing(event);
  if (typeof read === 'string') return err(`the closing is not believed: ${read}`);
  const { closing, previousSignature } = read;
  const follows = lastClosing
    ? closing.no === lastClosing.no + 1 && previousSignature === lastClosing.signature
    : (closing.no === 1) === (previousSignature === '');
  if (!follows) return err('the closing does not follow the one told before');
  const { est, till, no, level, period } = closing;
  return ok([
    insert('till_closings', {
      ...placeOf(reporter),
      est,
      till,
      no,
      level,
      period,
      text: event.text,
      payload: event.payload,
      signature: event.signature,
      public_key: event.publicKey,
      told_at: event.at,
    }),
  ]);
}
