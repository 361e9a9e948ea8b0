import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { ConcertSim } from '@portillon/hardware-sims/payment-terminal/concert/concert-sim.ts';
import { transportFor } from '../../../transport/address.ts';
import { counterTerminalRig } from '../../counter-terminal-rig.ts';
import type { TerminalRig } from '../../payment-terminal-contract.ts';
import type { ConcertDialectName } from '../concert-dialect.ts';
import { ConcertTerminal } from '../concert-terminal.ts';

export interface ConcertOnPty extends TerminalRig {
  readonly terminal: ConcertTerminal;
  readonly sim: ConcertSim;
}

/** Driver and simulator over a pseudo-terminal, with limits of tenths of seconds where the protocol has seconds. */
export async function concertOnPty(dialect: ConcertDialectName): Promise<ConcertOnPty> {
  const folder = mkdtempSync(join(tmpdir(), 'portillon terminal '));
  const sim = new ConcertSim({
    name: 'terminal',
    clock: systemClock,
    path: join(folder, 'terminal'),
    dialect,
    inputLimitMs: 1_000,
    bankMs: 30,
    callMs: 300,
  });
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  let terminal: ConcertTerminal | undefined;
  const rig = counterTerminalRig(sim, (log) => {
    terminal = new ConcertTerminal({
      transport: transport.value,
      clock: systemClock,
      log,
      dialect,
      answerLimitMs: 2_000,
      promptLimitMs: 1_000,
      limits: { callMs: 300, pauseMs: 50, textMs: 500 },
      pingEveryMs: 50,
    });
    return terminal;
  });
  if (!terminal) throw new Error('the rig makes no terminal');
  return {
    ...rig,
    terminal,
    sim,
    close: async () => {
      await rig.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
