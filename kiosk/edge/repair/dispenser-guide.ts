import type { FaultCode } from '@portillon/core/base/fault-codes.ts';
import type { RepairGuide, RepairStep } from '../../bridge/repair-view.ts';

/** What the device said when it was asked last. */
export interface Seen {
  readonly fault: FaultCode | null;
  /** Null when it said nothing. */
  readonly card: 'none' | 'at-encoder' | 'at-mouth' | null;
  readonly stacker: 'empty' | 'low' | 'enough' | null;
  readonly binFull: boolean;
}

/** DI19: what a person does, in order, for each thing that may be the matter. Every guide ends with the device at work. */
export const stepsOf: Readonly<Record<RepairGuide, readonly RepairStep[]>> = {
  'card-jam': ['open', 'remove-card', 'look', 'close', 'reset', 'test'],
  refill: ['open', 'fill', 'close', 'reset', 'test'],
  'empty-bin': ['open', 'empty-bin', 'close', 'reset', 'test'],
  'card-at-mouth': ['take-from-mouth', 'reset', 'test'],
  'card-moved': ['open', 'look', 'close', 'reset', 'test'],
  'card-dead': ['check-cards', 'reset', 'test'],
  'not-answering': ['check-cable', 'power', 'reset', 'test'],
  hardware: ['power', 'reset', 'test'],
  refused: ['check-model', 'power', 'reset', 'test'],
  test: ['reset', 'test'],
  well: [],
};

const guideOfFault: Partial<Record<FaultCode, RepairGuide>> = {
  'dispenser.card-jam': 'card-jam',
  'dispenser.stacker-empty': 'refill',
  'dispenser.bin-full': 'empty-bin',
  'dispenser.card-moved': 'card-moved',
  'dispenser.no-card': 'card-moved',
  'dispenser.hardware': 'hardware',
  'dispenser.refused': 'refused',
  'card.no-answer': 'card-dead',
  'card.refused': 'card-dead',
};

/** What is to be done first about what the device says; `well` when nothing is wrong. */
export function guideFor({ fault, card, stacker, binFull }: Seen): RepairGuide {
  if (fault !== null) return guideOfFault[fault] ?? 'not-answering';
  if (binFull) return 'empty-bin';
  if (card === 'at-mouth') return 'card-at-mouth';
  return stacker === 'empty' && card !== 'at-encoder' ? 'refill' : 'well';
}

/** Where a person is in a repair. */
export interface RepairPlace {
  readonly guide: RepairGuide;
  /** Index of the step; behind the last one the device is at work. */
  readonly at: number;
  /** What the device says did not change by what was done. */
  readonly again: boolean;
}

export function isAtWork({ guide, at }: RepairPlace): boolean {
  return guide !== 'well' && at >= stepsOf[guide].length;
}

/** Where to go on once a step was done and the device was asked. Pure. */
export function afterStep(place: RepairPlace, seen: Seen): RepairPlace {
  const step = stepsOf[place.guide][place.at];
  const wrong = guideFor(seen);
  const next: RepairPlace = { ...place, at: place.at + 1, again: false };
  switch (step) {
    case 'fill':
      return seen.stacker === 'empty' ? { ...place, again: true } : next;
    case 'empty-bin':
      return seen.binFull ? { ...place, again: true } : next;
    case 'take-from-mouth':
      return seen.card === 'at-mouth' ? { ...place, again: true } : next;
    case 'reset':
    case 'test':
      return wrong === 'well' ? next : { guide: wrong, at: 0, again: wrong === place.guide };
    default:
      return next;
  }
}
