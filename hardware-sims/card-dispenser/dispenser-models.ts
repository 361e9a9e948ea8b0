import { type CrtDialectName, crtDialects } from '@portillon/drivers/card-dispenser/crt-591/crt-codes.ts';
import { z } from 'zod';
import { Crt591Sim } from './crt-591/crt-591-sim.ts';
import type { DispenserSim, DispenserSimOptions } from './dispenser-sim.ts';
import { TtceK7x0Sim } from './ttce-k7x0/ttce-k7x0-sim.ts';

const unit = {
  baud: z.union([z.literal(9600), z.literal(19200), z.literal(38400), z.literal(57600)]),
  /** Cards in the stacker at the first start. */
  stack: z.int().min(0).max(400),
};

/** The card dispenser of a club file. This file is the only one of the sims that knows models by name (DI18). */
export const dispenserInClubFile = z.discriminatedUnion('model', [
  z.strictObject({
    model: z.literal('crt-591'),
    ...unit,
    dialect: z.enum(Object.keys(crtDialects) as [CrtDialectName, ...CrtDialectName[]]).optional(),
  }),
  z.strictObject({ model: z.literal('ttce-k7x0'), ...unit }),
]);
export type DispenserInClubFile = z.infer<typeof dispenserInClubFile>;

export function dispenserSim(dispenser: DispenserInClubFile, options: DispenserSimOptions): DispenserSim {
  const { baud } = dispenser;
  switch (dispenser.model) {
    case 'crt-591':
      return new Crt591Sim({ ...options, baud, dialect: dispenser.dialect });
    case 'ttce-k7x0':
      return new TtceK7x0Sim({ ...options, baud });
  }
}
