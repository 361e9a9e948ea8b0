import { consentPurposes } from '@portillon/core/sale/consent-wordings.ts';
import { dataRequests } from '@portillon/core/wire/event.ts';
import { z } from 'zod';
import { kioskViewSchema, languageSchema } from './view.ts';

/** What a member looks at beside the account (SA100 to SA102). */
export const privacyParts = ['overview', ...consentPurposes, ...dataRequests] as const;
export type PrivacyPart = (typeof privacyParts)[number];

/**
 * Everything the screen may say, as one table. The edge validates each message and answers each by its `id`; the new
 * view follows on its own. A message that does not fit the screen shown now changes nothing and is answered `stale`.
 */
export const screenMessageSchema = z.discriminatedUnion('type', [
  /** From the attract screen. */
  z.object({ type: z.literal('start'), language: languageSchema }),
  z.object({ type: z.literal('choose-language'), language: languageSchema }),
  /** From the screen of doors. */
  z.object({ type: z.literal('choose-door'), door: z.enum(['join', 'day-entry', 'membership', 'code']) }),
  /** The code of an order as typed; the edge judges. */
  z.object({ type: z.literal('give-code'), code: z.string().max(20) }),
  /** From the screen that says what the order does. */
  z.object({ type: z.literal('confirm-order') }),
  z.object({ type: z.literal('buy-day-entry'), planId: z.string().max(60) }),
  /** From the screen that asks a member for a code: what the camera has read, as it stands there. */
  z.object({ type: z.literal('present-code'), text: z.string().max(4_000) }),
  /** From the account of a member who holds a card to the reader. */
  z.object({ type: z.literal('open-account'), part: z.enum(['renewal', 'plan-change', 'debts']) }),
  /** From the account, or from the overview of choices and data: one of them, or back to all. */
  z.object({ type: z.literal('open-privacy'), part: z.enum(privacyParts) }),
  /** What stands on the screen of that purpose is answered: yes, or no and no more. A yes to the photo leads to the camera. */
  z.object({ type: z.literal('say-consent'), purpose: z.enum(consentPurposes), given: z.boolean() }),
  /** From the screen that says what follows. */
  z.object({ type: z.literal('request-data'), asks: z.enum(dataRequests) }),
  /** As shown: what has changed meanwhile is shown again, not sold. */
  z.object({
    type: z.literal('buy-period'),
    planId: z.string().max(60),
    from: z.string().max(10),
    priceCents: z.int(),
  }),
  z.object({ type: z.literal('settle-debts'), totalCents: z.int() }),
  /** The card is not at hand any more: it is paid for all the same. */
  z.object({ type: z.literal('skip-card') }),
  z.object({ type: z.literal('choose-plan'), planId: z.string().max(60) }),
  z.object({ type: z.literal('give-name'), givenName: z.string().max(200), familyName: z.string().max(200) }),
  /** As typed; the edge judges. */
  z.object({
    type: z.literal('give-birth-date'),
    day: z.string().max(4),
    month: z.string().max(12),
    year: z.string().max(6),
  }),
  z.object({
    type: z.literal('give-contact'),
    contact: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('email'), email: z.string().max(300) }),
      z.object({ kind: z.literal('phone'), phone: z.string().max(60) }),
      z.object({ kind: z.literal('none') }),
    ]),
  }),
  /** As typed; the edge judges. An empty IBAN keeps the one that was taken before. */
  z.object({
    type: z.literal('give-account'),
    account: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('iban'), iban: z.string().max(80), holder: z.string().max(200) }),
      z.object({ kind: z.literal('later') }),
    ]),
  }),
  /** JPEG in base64, at most 600 kB, taken after consent; or, of a purchase alone, later with staff, or not at all. */
  z.object({
    type: z.literal('give-photo'),
    photo: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('taken'), jpegBase64: z.string().max(800_000) }),
      z.object({ kind: z.literal('later') }),
      z.object({ kind: z.literal('refused') }),
    ]),
  }),
  z.object({ type: z.literal('give-consents'), news: z.boolean() }),
  z.object({ type: z.literal('confirm-answers') }),
  /** From the check screen, back to one question; its answer returns straight to the check screen. */
  z.object({
    type: z.literal('change-answer'),
    screen: z.enum(['plan', 'name', 'birth-date', 'contact', 'iban', 'photo', 'consents']),
  }),
  z.object({ type: z.literal('contract-read') }),
  z.object({ type: z.literal('mandate-read') }),
  z.object({
    type: z.literal('sign'),
    signature: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('drawn'), strokes: z.array(z.array(z.number()).max(4_000)).max(60) }),
      z.object({ kind: z.literal('typed'), text: z.string().max(160) }),
    ]),
  }),
  z.object({ type: z.literal('pay-again') }),
  z.object({ type: z.literal('abort-payment') }),
  /** In practice, in place of a terminal: what it answers (SA52). */
  z.object({ type: z.literal('practise-payment'), answer: z.enum(['approved', 'declined', 'cancelled']) }),
  z.object({ type: z.literal('choose-receipt'), receipt: z.enum(['paper', 'none']) }),
  /** On the receipt screen: a copy of the contract on paper, once a visit (J7). */
  z.object({ type: z.literal('print-contract') }),
  /** From the screen of a member's ticket: it is in hand, or on a photo. */
  z.object({ type: z.literal('have-ticket') }),
  /** From a member's ticket, or the welcome to a member with a new card: onto the phone. */
  z.object({ type: z.literal('open-pass') }),
  /** What the camera has read off a phone, as it stands there. */
  z.object({ type: z.literal('enrol-pass'), requestText: z.string().max(4_000) }),
  /** Staff at the card dispenser (DI19): what to do when nothing is wrong, and that a step was done, with cards as typed. */
  z.object({ type: z.literal('repair-choose'), what: z.enum(['refill', 'empty-bin', 'test']) }),
  z.object({ type: z.literal('repair-step'), count: z.string().max(6) }),
  /** Staff at the kiosk: who came in (W-PERSON-8). */
  z.object({ type: z.literal('show-came-in') }),
  z.object({ type: z.literal('back') }),
  /** Ends the visit and erases everything that may be erased; not possible between payment and card. */
  z.object({ type: z.literal('finish') }),
  /** A touch or a key, at most one a second; puts the time-out off. */
  z.object({ type: z.literal('still-here') }),
  z.object({ type: z.literal('call-staff'), reason: z.enum(['help', 'device', 'other']) }),
]);
export type ScreenMessage = z.infer<typeof screenMessageSchema>;

/** Screen to edge. */
export const upEnvelopeSchema = z.object({ id: z.int().min(0), message: screenMessageSchema });
export type UpEnvelope = z.infer<typeof upEnvelopeSchema>;

/** Edge to screen. */
export const downEnvelopeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('view'), view: kioskViewSchema }),
  z.object({
    type: z.literal('answer'),
    id: z.int(),
    outcome: z.enum(['done', 'stale', 'rejected']),
    reason: z.string().optional(),
  }),
]);
export type DownEnvelope = z.infer<typeof downEnvelopeSchema>;

/** `GET /bridge/token` (same origin only) answers this; the WebSocket is `/bridge?token=…`. A token lives one start. */
export const tokenAnswerSchema = z.object({ token: z.string().min(20) });
