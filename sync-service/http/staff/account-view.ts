import { isId } from '@portillon/core/base/ids.ts';
import { isVisible } from '@portillon/core/base/text.ts';
import { z } from 'zod';
import { staffRoles } from '../../members/may-do.ts';

export type { StaffAct, StaffRole } from '../../members/may-do.ts';
export { staffRoles };

/** What the page of the accounts shows, and what it sends. */

const time = z.iso.datetime();
const id = z.string().refine(isId, 'not an id');

/** Which clubs an account sees: all, those that a legal entity owns now, or some. */
export const accountReachSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('network') }),
  z.strictObject({ kind: z.literal('entity'), legalEntityId: id }),
  z.strictObject({ kind: z.literal('clubs'), clubIds: z.array(id).min(1, 'names no club').max(500) }),
]);
export type AccountReach = z.infer<typeof accountReachSchema>;

const rights = {
  role: z.enum(staffRoles),
  reach: accountReachSchema,
};

/** An administrator of the network sees all of it. */
function reachOfRole({ role, reach }: { role: string; reach: AccountReach }): boolean {
  return role !== 'network-administrator' || reach.kind === 'network';
}
const wholeNetwork = { message: 'an administrator of the network sees all of it', path: ['reach'] };

/** `POST /staff/api/accounts` */
export const newAccountSchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(2, 'a name has 2 characters or more')
      .max(60, 'a name has 60 characters or less')
      .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'holds control characters, or half of one')
      .refine(isVisible, 'holds nothing that can be seen'),
    ...rights,
  })
  .refine(reachOfRole, wholeNetwork);
export type NewAccount = z.infer<typeof newAccountSchema>;

/** `PUT /staff/api/accounts/:accountId` */
export const accountRightsSchema = z.strictObject(rights).refine(reachOfRole, wholeNetwork);
export type AccountRights = z.infer<typeof accountRightsSchema>;

/** The answer to a new account: the only time that its password is told. */
export const madeAccountSchema = z.object({ accountId: z.string(), password: z.string() });
export type MadeAccount = z.infer<typeof madeAccountSchema>;

const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(staffRoles),
  reach: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('network') }),
    z.object({ kind: z.literal('entity'), legalEntityId: z.string() }),
    z.object({ kind: z.literal('clubs'), clubIds: z.array(z.string()) }),
  ]),
  signsInBy: z.enum(['password', 'provider']),
  createdAt: time,
  endedAt: time.nullable(),
});
export type ShownAccount = z.infer<typeof accountSchema>;

/** `GET /staff/api/accounts` */
export const accountListSchema = z.object({
  /** Those in use first, by name. */
  accounts: z.array(accountSchema),
  legalEntities: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Who did what to which account; newest first, at most 50. */
  changes: z.array(
    z.object({
      id: z.string(),
      at: time,
      by: z.string(),
      account: z.string(),
      what: z.enum(['opened', 'changed', 'ended']),
    }),
  ),
});
export type AccountList = z.infer<typeof accountListSchema>;
