import { consentPurposes } from '@portillon/core/sale/consent-wordings.ts';
import { z } from 'zod';

/** `POST /staff/api/members/:memberId/consents`: a yes is taken back. Staff say no yes for a member. */
export const withdrawalSchema = z.strictObject({
  purpose: z.enum(consentPurposes),
  act: z.literal('withdrawn'),
});

const acts = ['given', 'not-given', 'withdrawn'] as const;
export type ConsentAct = (typeof acts)[number];

const stateSchema = z.object({ purpose: z.enum(consentPurposes), state: z.enum(acts) });
export type ConsentState = z.infer<typeof stateSchema>;

const entrySchema = z.object({
  id: z.string(),
  purpose: z.enum(consentPurposes),
  act: z.enum(acts),
  /** Where it was said. */
  at: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  wordingVersion: z.string().nullable(),
  /** SHA-256 in hex of the words that were asked; null where they are not known here. */
  wordingDigest: z.string().nullable(),
  language: z.string().nullable(),
  channel: z.enum(['kiosk', 'web-shop', 'staff', 'other-base']),
  by: z.string().nullable(),
  /** Line by line. */
  wording: z.string().nullable(),
  proof: z.record(z.string(), z.unknown()),
});
export type ConsentEntry = z.infer<typeof entrySchema>;

/** `GET /staff/api/members/:memberId/consents` */
export const memberConsentsSchema = z.object({ states: z.array(stateSchema), entries: z.array(entrySchema) });
export type MemberConsents = z.infer<typeof memberConsentsSchema>;
