import { isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { z } from 'zod';
import { settlementWords } from './case-view.ts';

/** Why staff do something, in their own words; kept with what they did. */
export const reasonSchema = z
  .string()
  .trim()
  .min(settlementWords.min, 'say why in 3 characters or more')
  .max(settlementWords.max, 'say why in 300 characters or less')
  .refine(isWholeText, notWholeText);
