import type { Software } from '@portillon/core/journal/payload-shapes.ts';

/** What closings over all tills say of this program: its version and the fiscal perimeter that it was built with. */
export const baseSoftware: Software = {
  version: '0.1.0',
  perimeter: process.env.PORTILLON_FISCAL_PERIMETER ?? '',
};
