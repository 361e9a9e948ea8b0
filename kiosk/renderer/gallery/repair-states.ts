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
    showsPeople: true,
    differences: null,
    ...more,
  },
});

/** Of nobody: drawn here. */
const face = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 4"><path fill="#c9b8a8" d="M0 0h3v4H0z"/><path fill="#5b4636" d="M.7 4c0-1 .3-1.4.8-1.4s.8.4.8 1.4z"/><circle cx="1.5" cy="1.7" r=".75" fill="#8a6a52"/></svg>',
)}`;
const nobody = { name: null, photo: null } as const;

/** Staff at the card dispenser, and those who came in. */
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
  {
    name: 'came-in',
    screen: {
      name: 'came-in',
      fromRepair: true,
      people: [
        {
          atMs: 1,
          at: '18:04',
          who: 'own',
          name: 'Marie-Clémentine de La Rochefoucauld-Montbel',
          photo: face,
        },
        { atMs: 2, at: '18:02', who: 'own', name: 'Léo Roux', photo: null },
        { atMs: 3, at: '18:02', who: 'other', ...nobody },
        { atMs: 4, at: '17:58', who: 'nobody', ...nobody },
        { atMs: 5, at: '17:41', who: 'own', name: 'Inès Moreau-Testard', photo: face },
      ],
    },
  },
  { name: 'came-in-nobody', screen: { name: 'came-in', fromRepair: false, people: [] } },
];
