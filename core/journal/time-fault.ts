import { isoTime } from '../base/clock.ts';
import { type Fault, fault } from '../base/fault-codes.ts';
import { type ClosingFacts, timeRefusal } from './due-closings.ts';

/** Why nothing may be recorded at this moment, as a fault; null when it may (FJ12, FJ13). */
export function timeFault(facts: ClosingFacts): Fault | null {
  const refusal = timeRefusal(facts);
  switch (refusal?.kind) {
    case 'period-closed':
      return fault(
        'journal.period-closed',
        `it is ${isoTime(facts.nowMs)}, and the books are closed until ${isoTime(refusal.closedUntilMs)}`,
      );
    case 'clock-doubtful':
      return fault('journal.clock-doubtful', `${refusal.openDays} days are open`);
    default:
      return null;
  }
}
