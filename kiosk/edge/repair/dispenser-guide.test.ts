import { faultCodes } from '@portillon/core/base/fault-codes.ts';
import { expect, it } from 'vitest';
import { repairGuides, repairSteps } from '../../bridge/repair-view.ts';
import { afterStep, guideFor, isAtWork, type RepairPlace, type Seen, stepsOf } from './dispenser-guide.ts';

const well: Seen = { fault: null, card: 'none', stacker: 'enough', binFull: false };
const silent: Seen = { fault: 'line.no-answer', card: null, stacker: null, binFull: false };
const jammed: Seen = { ...silent, fault: 'dispenser.card-jam' };

it.each([
  ['a jam', jammed, 'card-jam'],
  ['an empty stacker', { ...well, stacker: 'empty' as const }, 'refill'],
  ['an empty stacker that is named', { ...silent, fault: 'dispenser.stacker-empty' as const }, 'refill'],
  ['the last card, staged', { ...well, stacker: 'empty' as const, card: 'at-encoder' as const }, 'well'],
  ['few cards', { ...well, stacker: 'low' as const }, 'well'],
  ['a full bin', { ...well, binFull: true }, 'empty-bin'],
  ['a card in the slot', { ...well, card: 'at-mouth' as const }, 'card-at-mouth'],
  ['a card moved by hand', { ...silent, fault: 'dispenser.card-moved' as const }, 'card-moved'],
  ['a card that is dead', { ...silent, fault: 'card.no-answer' as const }, 'card-dead'],
  ['silence', silent, 'not-answering'],
  ['a pulled cable', { ...silent, fault: 'transport.pulled' as const }, 'not-answering'],
  ['a broken part', { ...silent, fault: 'dispenser.hardware' as const }, 'hardware'],
  ['a refusal', { ...silent, fault: 'dispenser.refused' as const }, 'refused'],
  ['nothing', well, 'well'],
])('[DI19] leads to steps of its own for %s', (_what, seen, guide) => {
  expect(guideFor(seen)).toBe(guide);
});

it('[DI19] has steps for every fault of a dispenser and its line, and ends each guide with a reset and a test', () => {
  const codes = Object.keys(faultCodes).filter((code) => /^(dispenser|line|transport)\./.test(code));
  for (const code of codes) {
    const guide = guideFor({ ...silent, fault: code as keyof typeof faultCodes });
    expect(guide, code).not.toBe('well');
    expect(stepsOf[guide].slice(-2), code).toEqual(['reset', 'test']);
  }
  const used = new Set(Object.values(stepsOf).flat());
  expect([...used].sort()).toEqual([...repairSteps].sort());
  expect(Object.keys(stepsOf).sort()).toEqual([...repairGuides].sort());
});

it('[DI19] goes through the steps of a jam while the device says so, and is at the end only when it works', () => {
  let place: RepairPlace = { guide: 'card-jam', at: 0, again: false };
  for (const _handwork of ['open', 'remove-card', 'look', 'close']) place = afterStep(place, jammed);
  expect(stepsOf[place.guide][place.at]).toBe('reset');
  const still = afterStep(place, jammed);
  expect(still).toEqual({ guide: 'card-jam', at: 0, again: true });
  place = afterStep(place, well);
  expect([isAtWork(place), stepsOf[place.guide][place.at]]).toEqual([false, 'test']);
  expect(isAtWork(afterStep(place, { ...well, card: 'at-encoder' }))).toBe(true);
});

it('[DI19] goes on with what the reset brings to light', () => {
  const place: RepairPlace = { guide: 'card-jam', at: 4, again: false };
  expect(afterStep(place, { ...well, stacker: 'empty' })).toEqual({ guide: 'refill', at: 0, again: false });
});

it.each([
  ['refill', 'fill', { ...well, stacker: 'empty' as const }],
  ['empty-bin', 'empty-bin', { ...well, binFull: true }],
  ['card-at-mouth', 'take-from-mouth', { ...well, card: 'at-mouth' as const }],
] as const)('[DI19] stays at a step of %s that the device saw nothing of', (guide, step, seen) => {
  const at = stepsOf[guide].indexOf(step);
  expect(afterStep({ guide, at, again: false }, seen)).toEqual({ guide, at, again: true });
  expect(afterStep({ guide, at, again: true }, well)).toEqual({ guide, at: at + 1, again: false });
});
