import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { DesfireSimCard } from '../card/desfire/desfire-sim-card.ts';
import { type CardInPath, CardPath, type CardPathOptions, type PathTroubles } from './card-path.ts';

const noTroubles: PathTroubles = {
  jamOnFeed: false,
  jamOnPresent: false,
  stackerEmpty: false,
  fewLeft: false,
  binFull: false,
};

function startPath(options: Partial<CardPathOptions> = {}, troubles: Partial<PathTroubles> = {}) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const cards = ['04000000000001', '04000000000002'].map((uid) => new DesfireSimCard({ uid, random }));
  const path = new CardPath(
    { clock, cards, ...options },
    () => ({ ...noTroubles, ...troubles }),
    () => undefined,
  );
  let arrivals = 0;
  const arrived = () => {
    arrivals++;
  };
  return { clock, path, arrived, arrivals: () => arrivals };
}

function resting(path: CardPath): CardInPath {
  if (!path.resting) throw new Error('no card at rest');
  return path.resting;
}

it('takes its time from stacker to encoder, and says so meanwhile', async () => {
  const { clock, path, arrived, arrivals } = startPath();
  expect(path.feed(arrived)).toBe('moving');
  await clock.advance(400);
  expect(path.moving).toMatchObject({ what: 'feed', sinceMs: 400, durationMs: 900 });
  expect(path.sensed).toBe('none');
  expect(path.contents.stacker.map(({ uid }) => uid)).toEqual(['04000000000001', '04000000000002']);
  await clock.advance(500);
  expect(arrivals()).toBe(1);
  expect(path.sensed).toBe('encoder');
  expect(path.resting?.card.uid).toBe('04000000000001');
});

it('shows a card on its way to the mouth first at the encoder, then at the mouth', async () => {
  const { clock, path, arrived } = startPath();
  path.feed(arrived);
  await clock.advance(900);
  path.present(resting(path), arrived);
  await clock.advance(300);
  expect(path.sensed).toBe('encoder');
  await clock.advance(100);
  expect(path.sensed).toBe('mouth');
  expect(() => path.takeCard()).toThrow('no card at the mouth');
  await clock.advance(300);
  expect(path.takeCard().uid).toBe('04000000000001');
  expect(path.sensed).toBe('none');
});

it('shows a captured card until the bin has it, so that nobody takes it for taken', async () => {
  const { clock, path, arrived } = startPath();
  path.feed(arrived);
  await clock.advance(900);
  path.capture(resting(path), arrived);
  await clock.advance(799);
  expect(path.sensed).toBe('encoder');
  await clock.advance(1);
  expect(path.sensed).toBe('none');
  expect(path.contents.bin).toHaveLength(1);
});

it.each([
  [300, { stackerCount: 2, at: undefined }],
  [600, { stackerCount: 1, at: 'encoder' }],
])('leaves a card that was stopped after %i ms at the nearer end', async (afterMs, { stackerCount, at }) => {
  const { clock, path, arrived, arrivals } = startPath();
  path.feed(arrived);
  await clock.advance(afterMs);
  path.halt();
  await clock.advance(2_000);
  expect(path.contents.stacker).toHaveLength(stackerCount);
  expect(path.resting?.at).toBe(at);
  expect(arrivals()).toBe(0);
});

it('never loses a card, whatever is done to it when', async () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new SeededRandom(seed);
    const { clock, path, arrived } = startPath({ speed: 1 + random.below(3) });
    let taken = 0;
    for (let step = 0; step < 12; step++) {
      const at = path.moving ? undefined : path.resting;
      const deeds = [
        () => void (at || path.moving || path.feed(arrived)),
        () => at && path.capture(at, arrived),
        () => at?.at === 'encoder' && path.present(at, arrived),
        () => at?.at === 'mouth' && path.pullBack(at, arrived),
        () => path.halt(),
        () => {
          if (at?.at === 'mouth' && path.takeCard()) taken++;
        },
      ];
      deeds[random.below(deeds.length)]?.();
      await clock.advance(random.below(900));
      const { stacker, inPath, bin } = path.contents;
      expect(stacker.length + bin.length + (inPath ? 1 : 0) + taken, `seed ${seed}, step ${step}`).toBe(2);
    }
  }
});

it('has a jam that only a person frees, and one that pulling back frees', async () => {
  const hard = startPath({}, { jamOnFeed: true });
  hard.path.feed(hard.arrived);
  await hard.clock.advance(900);
  expect(hard.path.isJammed).toBe(true);
  expect(hard.path.freeByCapture()).toBeUndefined();
  expect(hard.path.clearJam().uid).toBe('04000000000001');
  expect(hard.path.isJammed).toBe(false);
  const soft = startPath({}, { jamOnPresent: true });
  soft.path.feed(soft.arrived);
  await soft.clock.advance(900);
  soft.path.present(resting(soft.path), soft.arrived);
  await soft.clock.advance(700);
  expect(soft.path.freeByCapture()).toMatchObject({ at: 'encoder' });
});

it('tells few cards left, none, and a full bin', async () => {
  const { clock, path, arrived } = startPath({ lowAt: 1, binCapacity: 1 });
  expect(path.stackerLevel).toBe('enough');
  path.feed(arrived);
  await clock.advance(900);
  expect(path.stackerLevel).toBe('low');
  path.capture(resting(path), arrived);
  await clock.advance(800);
  expect(path.binIsFull).toBe(true);
  path.feed(arrived);
  await clock.advance(900);
  expect(path.stackerLevel).toBe('empty');
  expect(path.emptyBin()).toHaveLength(1);
  expect(path.binIsFull).toBe(false);
});
