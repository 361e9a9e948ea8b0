import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { CardDispenser } from '@portillon/drivers/card-dispenser/card-dispenser.ts';
import { Crt591Dispenser } from '@portillon/drivers/card-dispenser/crt-591/crt-591-dispenser.ts';
import { type CrtDialectName, crtDialects } from '@portillon/drivers/card-dispenser/crt-591/crt-codes.ts';
import { TtceK7x0Dispenser } from '@portillon/drivers/card-dispenser/ttce-k7x0/ttce-k7x0-dispenser.ts';
import type { Transport } from '@portillon/drivers/transport/transport.ts';
import { z } from 'zod';

const unit = {
  address: z.string(),
  /** As set on its switches. */
  deviceAddress: z
    .int('an address on the line is a whole number')
    .min(0, 'an address on the line is at least 0')
    .max(15, 'an address on the line is at most 15')
    .optional(),
  /** W-DEVICE-5: with so many cards left by the count of the box, staff are told. The sensor of the unit says so besides. */
  lowCards: z
    .int('a number of cards is whole')
    .min(0, 'a number of cards is at least 0')
    .max(1_000, 'no stacker holds more than 1000 cards')
    .default(20),
};

/** The card dispenser of a configuration. This file is the only one of the edge that knows models by name (DI18). */
export const dispenserSchema = z.discriminatedUnion('model', [
  z.strictObject({
    model: z.literal('crt-591'),
    ...unit,
    /** What units of the family do differently. */
    dialect: z.enum(Object.keys(crtDialects) as [CrtDialectName, ...CrtDialectName[]]).optional(),
  }),
  z.strictObject({ model: z.literal('ttce-k7x0'), ...unit }),
]);
export type DispenserSettings = z.infer<typeof dispenserSchema>;

export function dispenserOf(
  settings: z.input<typeof dispenserSchema>,
  line: { readonly transport: Transport; readonly clock: Clock; readonly log: Log },
): CardDispenser {
  const { deviceAddress = 0 } = settings;
  switch (settings.model) {
    case 'crt-591':
      return new Crt591Dispenser({
        ...line,
        deviceAddress,
        ...(settings.dialect ? { dialect: settings.dialect } : {}),
      });
    case 'ttce-k7x0':
      return new TtceK7x0Dispenser({ ...line, deviceAddress });
  }
}
