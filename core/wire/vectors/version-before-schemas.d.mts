import type { z } from 'zod';

export const enrolAnswerSchema: z.ZodType<unknown>;
export const pushRequestSchema: z.ZodType<{ readonly events: readonly { readonly body: string }[] }>;
export const pushAnswerSchema: z.ZodType<{ readonly appliedThrough: number }>;
export const feedAnswerSchema: z.ZodType<{
  readonly changes: readonly { readonly change: { readonly kind: string } }[];
}>;
export const eventBodySchema: z.ZodType<{ readonly type: string }>;
export const laterFeedKinds: readonly string[];
