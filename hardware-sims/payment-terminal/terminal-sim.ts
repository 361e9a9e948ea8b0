import type { Clock } from '@portillon/core/base/clock.ts';
import { z } from 'zod';
import type { Sim } from '../sim.ts';
import { CaisseApSim } from './caisse-ap/caisse-ap-sim.ts';
import { ConcertSim } from './concert/concert-sim.ts';
import { ZvtSim } from './zvt/zvt-sim.ts';

export const terminalModels = ['concert', 'caisse-ap', 'zvt'] as const;
export type TerminalModel = (typeof terminalModels)[number];

/** The payment terminal of a club file. */
export const terminalInClubFile = z.discriminatedUnion('model', [
  z.strictObject({ model: z.literal('concert'), dialect: z.enum(['v3', 'v2']).default('v3') }),
  z.strictObject({ model: z.literal('caisse-ap') }),
  z.strictObject({ model: z.literal('zvt') }),
]);
export type TerminalInClubFile = z.infer<typeof terminalInClubFile>;

/** The only place where a model's name in a club file becomes a simulator. */
export function terminalSim(
  terminal: TerminalInClubFile,
  options: { readonly clock: Clock; readonly bankMs: number; readonly path: string },
): Sim {
  const { clock, bankMs, path } = options;
  const common = { name: 'terminal', clock, bankMs };
  switch (terminal.model) {
    case 'concert':
      return new ConcertSim({ ...common, path, dialect: terminal.dialect });
    case 'caisse-ap':
      return new CaisseApSim(common);
    case 'zvt':
      return new ZvtSim(common);
  }
}
