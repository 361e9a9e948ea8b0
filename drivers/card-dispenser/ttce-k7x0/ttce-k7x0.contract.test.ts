import { TtceK7x0Sim } from '@portillon/hardware-sims/card-dispenser/ttce-k7x0/ttce-k7x0-sim.ts';
import { describe, expect, it } from 'vitest';
import { cardDispenserContract } from '../card-dispenser-contract.ts';
import { startDispenserRig } from '../test/dispenser-rig.ts';
import { quickClock } from '../test/quick-clock.ts';
import { TtceK7x0Dispenser } from './ttce-k7x0-dispenser.ts';

const startRig = () =>
  startDispenserRig({
    sim: (options) => new TtceK7x0Sim(options),
    // It asks four times a second by the manual; the sim moves twenty times faster than metal.
    driver: (options) => new TtceK7x0Dispenser({ ...options, clock: quickClock(options.clock, 5) }),
  });

describe('TTCE K7x0 over a serial line', () => {
  cardDispenserContract(startRig);
});

it('[DI13] has no counter of its own, and says so', async () => {
  const { dispenser, end } = await startRig();
  try {
    expect(await dispenser.capturedCount()).toEqual({ ok: true, value: null });
    expect(await dispenser.clearCapturedCount()).toEqual({ ok: true, value: undefined });
  } finally {
    await end();
  }
});
