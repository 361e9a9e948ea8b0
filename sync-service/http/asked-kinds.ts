import { laterFeedKinds } from '@portillon/core/wire/messages.ts';
import { z } from 'zod';

/** `kinds=order,gate-order`, W-FEED-8. What this base does not know is left out: an edge may be newer. */
export const askedKinds = z
  .string()
  .max(200)
  .default('')
  .transform((text) => laterFeedKinds.filter((kind) => text.split(',').includes(kind)));
