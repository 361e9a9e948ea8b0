import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@portillon/core/base/clock.ts';
import { type Log, silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import type {
  DispenserSim,
  DispenserSimOptions,
} from '@portillon/hardware-sims/card-dispenser/dispenser-sim.ts';
import { transportFor } from '../../transport/address.ts';
import type { CardDispenser } from '../card-dispenser.ts';
import type { CardDispenserRig } from '../card-dispenser-contract.ts';

interface Model {
  readonly sim: (options: DispenserSimOptions) => DispenserSim;
  readonly driver: (options: {
    transport: Extract<ReturnType<typeof transportFor>, { ok: true }>['value'];
    clock: Clock;
    log: Log;
  }) => CardDispenser;
}

/** A started driver of a model on a pseudo-terminal, its sim at the other end, twelve cards in the stacker. */
export async function startDispenserRig({ sim: makeSim, driver }: Model): Promise<CardDispenserRig> {
  const folder = mkdtempSync(join(tmpdir(), 'portillon dispenser '));
  const random = new SeededRandom(7);
  const cards = Array.from({ length: 12 }, (_, index) => {
    const uid = `04A1B2C3D4E5${(0x10 + index).toString(16)}`;
    return new DesfireSimCard({ uid, random });
  });
  const sim = makeSim({
    name: 'dispenser',
    clock: systemClock,
    path: join(folder, 'dispenser'),
    cards,
    speed: 20,
  });
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  let unaskedCount = 0;
  const log: Log = {
    ...silentLog,
    warn: (_event, fields) => {
      if (fields?.fault === 'line.unexpected-reply') unaskedCount++;
    },
    child: () => log,
  };
  const dispenser = driver({ transport: transport.value, clock: systemClock, log });
  dispenser.start();
  const movements = () =>
    sim.received.map(({ meaning }) => meaning).filter((each) => each.startsWith('MOVE'));
  return {
    dispenser,
    stackedUids: cards.map(({ uid }) => uid),
    trouble: async (name, on) => {
      await sim.act('fault', { name, on });
    },
    takeCard: () => sim.takeCard(),
    removeByHand: () => sim.removeByHand(),
    emptyBin: () => void sim.emptyBin(),
    clearJam: () => void sim.clearJam(),
    powerCycle: () => sim.powerCycle(),
    get binCount() {
      return sim.contents.bin.length;
    },
    get unaskedCount() {
      return unaskedCount;
    },
    get orderedMovements() {
      return movements();
    },
    movementOrdered: () =>
      new Promise((resolve) => {
        const forget = sim.onChange(() => {
          if (movements().length === 0) return;
          forget();
          resolve();
        });
      }),
    end: async () => {
      await dispenser.stop();
      await sim.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
