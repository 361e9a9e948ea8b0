import type { RepairScreen } from '../../bridge/repair-view.ts';
import type { GalleryState } from './gallery-states.ts';

const jam = ['open', 'remove-card', 'look', 'close', 'reset', 'test'] as const;
const refill = ['open', 'fill', 'close', 'reset', 'test'] as const;
const emptyBin = ['open', 'empty-bin', 'close', 'reset', 'test'] as const;

const nothing = { faultCode: null, card: 'none', stacker: 'enough', binFull: false, captured: 3 } as const;
const silent = { card: null, stacker: null, binFull: false, captured: null } as const;

const state = (name: string, more: Partial<RepairScreen>): GalleryState => ({
  name: `repair-${name}`,
  screen: {
    name: 'repair',
    guide: 'card-jam',
    steps: [...jam],
    at: 0,
    phase: 'step',
    again: false,
    badCount: false,
    says: { ...silent, faultCode: 'dispenser.card-jam' },
    counted: { stack: 143, bin: 3 },
    differences: null,
    ...more,
  },
});

/** Staff at the card dispenser. */
export const repairStates: readonly GalleryState[] = [
  state('asking', { phase: 'asking', says: null, counted: { stack: null, bin: 0 } }),
  state('jam', {}),
  state('jam-count', { at: 1 }),
  state('refill', {
    guide: 'refill',
    steps: [...refill],
    at: 1,
    says: { ...silent, faultCode: null, card: 'none', stacker: 'empty' },
    counted: { stack: null, bin: 12 },
  }),
  state('bin', {
    guide: 'empty-bin',
    steps: [...emptyBin],
    at: 1,
    badCount: true,
    says: { ...nothing, binFull: true, captured: 24 },
    counted: { stack: 61, bin: 25 },
  }),
  state('choose', { guide: 'well', steps: [], phase: 'choose', says: { ...nothing, stacker: 'low' } }),
  state('at-work', {
    guide: 'empty-bin',
    steps: [...emptyBin],
    at: 5,
    phase: 'at-work',
    says: { ...nothing, card: 'at-encoder', captured: 0 },
    counted: { stack: 60, bin: 0 },
    differences: { bin: -1, path: 2 },
  }),
];
