import { z } from 'zod';

/** What the schemas of several routes share. */

export const idField = z.uuid();
export const timeField = z.iso.datetime();
export const centsField = z.int().min(0).describe('In hundredths of a euro, tax included.');
export const wordsField = z.object({ fr: z.string(), en: z.string() });

/** Ids of the examples: none of them is anybody's. */
export const exampleIds = {
  club: '01988c5e-0c00-7a10-8a00-00000000c1b1',
  plan: '01988c5e-0c00-7a10-8a00-0000000091a1',
  member: '01988c5e-0c00-7a10-8a00-000000003e3b',
  otherMember: '01988c5e-0c00-7a10-8a00-000000003e3c',
  membership: '01988c5e-0c00-7a10-8a00-000000003e35',
  credential: '01988c5e-0c00-7a10-8a00-00000000c4ed',
  otherCredential: '01988c5e-0c00-7a10-8a00-00000000c4ee',
  sale: '01988c5e-0c00-7a10-8a00-000000005a1e',
  passage: '01988c5e-0c00-7a10-8a00-0000000fa55a',
  order: '01988c5e-0c00-7a10-8a00-0000000004de',
  case: '01988c5e-0c00-7a10-8a00-00000000ca5e',
  webhook: '01988c5e-0c00-7a10-8a00-000000003eb0',
  delivery: '01988c5e-0c00-7a10-8a00-0000000de117',
} as const;
