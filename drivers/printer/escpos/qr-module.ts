import { invariant } from '@portillon/core/base/invariant.ts';

/** Bytes that a symbol of each version holds at level M, from version 1 on: ISO/IEC 18004, table 7. */
const bytesAtLevelM = [
  14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711,
];
const quietModules = 8; // four on each side, clause 6.3.8
const largestDots = 6;
/** 0.375 mm: below that, phones begin to fail on thermal paper. */
const smallestDots = 3;

/** A symbol for more than this no longer fits the narrow paper with modules that a phone can read. */
export const longestQrBytes = bytesAtLevelM.at(-1) ?? 0;

/** Dots of a module so that the symbol and its quiet zone fit the paper; at most 6, which is 0.75 mm. */
export function qrModuleDots(byteLength: number, paperDots: number): number {
  const modules = modulesOf(byteLength) + quietModules;
  const dots = Math.min(largestDots, Math.floor(paperDots / modules));
  invariant(dots >= smallestDots, `a QR code of ${modules} modules does not fit ${paperDots} dots`);
  return dots;
}

/** Heads of this family print 203 dots an inch. */
const dotsPerMm = 8;

/**
 * Dots of a module so that the symbol itself is between two sizes, as large as may be.
 */
export function qrModuleDotsWithin(
  byteLength: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const modules = modulesOf(byteLength);
  const dots = Math.floor((most * dotsPerMm) / modules);
  invariant(dots >= smallestDots, `a QR code of ${modules} modules is larger than ${most} mm`);
  invariant(dots * modules >= least * dotsPerMm, `a QR code of ${modules} modules is between two sizes`);
  return dots;
}

function modulesOf(byteLength: number): number {
  const version = 1 + bytesAtLevelM.findIndex((capacity) => byteLength <= capacity);
  invariant(version > 0, `a QR code on paper holds at most ${longestQrBytes} characters`);
  return 17 + 4 * version;
}
