import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { staffRoles } from '../../../members/may-do.ts';

const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/;
const address = z
  .url()
  .refine((url) => url.startsWith('https://') || loopback.test(url), 'an address begins with https://');

/** Who has this value in this claim of the provider gets this role, for these clubs. */
const rightSchema = z
  .strictObject({
    claim: z.string().min(1),
    is: z.string().min(1),
    role: z.enum(staffRoles),
    /** One of the three: all clubs, those of the legal entity with this SIRET or NIF, or clubs by name. */
    network: z.literal(true).optional(),
    legalEntity: z.string().min(1).optional(),
    clubs: z.array(z.string().min(1)).min(1).optional(),
  })
  .refine(
    ({ network, legalEntity, clubs }) =>
      [network, legalEntity, clubs].filter((one) => one !== undefined).length === 1,
    'says one of network, legalEntity and clubs',
  )
  .refine(
    ({ role, network }) => role !== 'network-administrator' || network === true,
    'an administrator of the network sees all of it: "network": true',
  );
export type RightOfClaim = z.infer<typeof rightSchema>;

/** How staff sign in with an OpenID provider of the operator's: a file that `--staff-provider` names. */
export const providerSettingsSchema = z.strictObject({
  issuer: address,
  clientId: z.string().min(1),
  /** Beside this file; left out for a public client, which PKCE alone protects. */
  clientSecretFile: z.string().min(1).optional(),
  /** The staff page as browsers reach it, as in https://staff.example.com/staff/; the provider sends back to `provider/return` in it. */
  pageUrl: address.refine((url) => url.endsWith('/staff/'), 'ends with /staff/'),
  /** What the button calls the provider. */
  name: z.string().min(1).max(40),
  scopes: z.array(z.string().min(1)).default(['openid', 'profile']),
  nameClaim: z.string().min(1).default('preferred_username'),
  /** The first that fits decides; whoever none fits does not come in. */
  rights: z.array(rightSchema).min(1),
  /** False: nobody signs in with a password any more. */
  passwords: z.boolean().default(true),
});

export type ProviderSettings = z.infer<typeof providerSettingsSchema> & {
  readonly clientSecret: string | null;
};

/** Rejects with the path and what is wrong in it. */
export async function readProviderSettings(path: string): Promise<ProviderSettings> {
  const settings = providerSettingsSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!settings.success) {
    const [issue] = settings.error.issues;
    throw new Error(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { clientSecretFile } = settings.data;
  const secret =
    clientSecretFile === undefined
      ? null
      : (await readFile(resolve(dirname(path), clientSecretFile), 'utf8')).trim();
  return { ...settings.data, clientSecret: secret };
}

/** The right of the first claim that fits: a claim is one value or a list of them. */
export function rightOf(
  rights: readonly RightOfClaim[],
  claims: Readonly<Record<string, unknown>>,
): RightOfClaim | null {
  return (
    rights.find(({ claim, is }) => {
      const value = claims[claim];
      return Array.isArray(value) ? value.includes(is) : value === is;
    }) ?? null
  );
}
