import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { Crt591Sim } from '@portillon/hardware-sims/card-dispenser/crt-591/crt-591-sim.ts';
import { describe, expect, it } from 'vitest';
import { transportFor } from '../../transport/address.ts';
import { type CardDispenserRig, cardDispenserContract } from '../card-dispenser-contract.ts';
import { Crt591Dispenser } from './crt-591-dispenser.ts';
import { type CrtDialectName, crtDialects } from './crt-codes.ts';

describe('CRT-591 over a serial line', () => {
  cardDispenserContract(() => startRig('crt-591'));
});

const otherDialects = (Object.keys(crtDialects) as CrtDialectName[]).filter((name) => name !== 'crt-591');
it.each(otherDialects)('feeds a card and names an empty stacker in the dialect %s', async (dialect) => {
  const { dispenser, trouble, end } = await startRig(dialect);
  try {
    await new Promise<void>((resolve) => {
      dispenser.onState(({ status }) => status === 'ready' && resolve());
    });
    expect(await dispenser.stage()).toEqual({ ok: true, value: undefined });
    expect(await dispenser.capture()).toEqual({ ok: true, value: undefined });
    await trouble('empty', true);
    expect(await dispenser.stage()).toMatchObject({ error: { code: 'dispenser.stacker-empty' } });
  } finally {
    await end();
  }
});

async function startRig(dialect: CrtDialectName): Promise<CardDispenserRig> {
  const folder = mkdtempSync(join(tmpdir(), 'portillon dispenser '));
  const random = new SeededRandom(7);
  const cards = Array.from({ length: 12 }, (_, index) => {
    const uid = `04A1B2C3D4E5${(0x10 + index).toString(16)}`;
    return new DesfireSimCard({ uid, random });
  });
  const sim = new Crt591Sim({
    name: 'dispenser',
    clock: systemClock,
    path: join(folder, 'dispenser'),
    cards,
    dialect,
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
  const dispenser = new Crt591Dispenser({ transport: transport.value, clock: systemClock, log, dialect });
  dispenser.start();
  return {
    dispenser,
    stackedUids: cards.map(({ uid }) => uid),
    trouble: async (name, on) => {
      await sim.act('fault', { name, on });
    },
    takeCard: () => sim.takeCard(),
    clearJam: () => void sim.clearJam(),
    powerCycle: () => sim.powerCycle(),
    get binCount() {
      return sim.contents.bin.length;
    },
    get unaskedCount() {
      return unaskedCount;
    },
    get orderedMovements() {
      return sim.received.map(({ meaning }) => meaning).filter((meaning) => meaning.startsWith('MOVE'));
    },
    movementOrdered: () =>
      new Promise((resolve) => {
        const forget = sim.onChange(() => {
          if (!sim.received.some(({ meaning }) => meaning.startsWith('MOVE'))) return;
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
