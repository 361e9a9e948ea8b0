import { Crt591Sim } from '@portillon/hardware-sims/card-dispenser/crt-591/crt-591-sim.ts';
import { describe, expect, it } from 'vitest';
import { cardDispenserContract } from '../card-dispenser-contract.ts';
import { startDispenserRig } from '../test/dispenser-rig.ts';
import { Crt591Dispenser } from './crt-591-dispenser.ts';
import { type CrtDialectName, crtDialects } from './crt-codes.ts';

const startRig = (dialect: CrtDialectName) =>
  startDispenserRig({
    sim: (options) => new Crt591Sim({ ...options, dialect }),
    driver: (options) => new Crt591Dispenser({ ...options, dialect }),
  });

describe('CRT-591 over a serial line', () => {
  cardDispenserContract(() => startRig('crt-591'));
});

const otherDialects = (Object.keys(crtDialects) as CrtDialectName[]).filter((name) => name !== 'crt-591');
it.each(otherDialects)(
  '[DI17] feeds a card, names a jam, an empty stacker and a full bin in the dialect %s',
  async (dialect) => {
    const { dispenser, trouble, clearJam, end } = await startRig(dialect);
    try {
      await new Promise<void>((resolve) => {
        dispenser.onState(({ status }) => status === 'ready' && resolve());
      });
      expect(await dispenser.stage()).toEqual({ ok: true, value: undefined });
      await trouble('bin-full', true);
      expect(await dispenser.capture()).toMatchObject({ error: { code: 'dispenser.bin-full' } });
      await trouble('bin-full', false);
      expect(await dispenser.capture()).toEqual({ ok: true, value: undefined });
      expect(await dispenser.capturedCount()).toEqual({ ok: true, value: 1 });
      await trouble('jam-on-feed', true);
      expect(await dispenser.stage()).toMatchObject({ error: { code: 'dispenser.card-jam' } });
      clearJam();
      await trouble('empty', true);
      expect(await dispenser.stage()).toMatchObject({ error: { code: 'dispenser.stacker-empty' } });
    } finally {
      await end();
    }
  },
);

it('[DI13] reads and clears the counter of the unit, which is not the bin itself', async () => {
  const { dispenser, emptyBin, end } = await startRig('crt-591');
  try {
    await new Promise<void>((resolve) => {
      dispenser.onState(({ status }) => status === 'ready' && resolve());
    });
    expect(dispenser.about).toEqual({ software: 'CRT-591-M001' });
    for (const _card of [1, 2]) {
      await dispenser.stage();
      await dispenser.capture();
    }
    expect(await dispenser.capturedCount()).toEqual({ ok: true, value: 2 });
    emptyBin();
    expect(await dispenser.capturedCount()).toEqual({ ok: true, value: 2 });
    expect(await dispenser.clearCapturedCount()).toEqual({ ok: true, value: undefined });
    expect(await dispenser.capturedCount()).toEqual({ ok: true, value: 0 });
  } finally {
    await end();
  }
});
