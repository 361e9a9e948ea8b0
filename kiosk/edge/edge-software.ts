import type { Software } from '@portillon/core/journal/payload-shapes.ts';
import { fiscalPerimeter } from '../store/fiscal-perimeter.ts';

/** What the fiscal journal says of this program. A till and the desk of its journal are of one version. */
export const edgeSoftware: Software = { version: '0.1.0', perimeter: fiscalPerimeter };
