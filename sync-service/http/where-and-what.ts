import type { z } from 'zod';

/** The first thing that a schema found wrong, and where in the request. */
export function whereAndWhat(error: z.ZodError): { message: string; path: string } {
  const [issue] = error.issues;
  return { message: issue?.message ?? 'not understood', path: issue?.path.join('.') ?? '' };
}
