import { z } from 'zod';

/** `GET /staff/api/sign-in`: how one can sign in here. */
export const signInWaysSchema = z.object({
  passwords: z.boolean(),
  /** The name of the provider for the button; null where there is none. */
  provider: z.string().nullable(),
});
export type SignInWays = z.infer<typeof signInWaysSchema>;

/** Why the provider led to no session, as the address of the page says behind `?sign-in=`. */
export const signInFailures = ['failed', 'no-role', 'ended'] as const;
export type SignInFailure = (typeof signInFailures)[number];
