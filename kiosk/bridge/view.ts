import { consentPurposes } from '@portillon/core/sale/consent-wordings.ts';
import { customerHints } from '@portillon/core/sale/decline-reason.ts';
import { maskedIbanShape } from '@portillon/core/sale/iban.ts';
import { dataRequests } from '@portillon/core/wire/event.ts';
import { z } from 'zod';
import { cameInScreenSchema } from './came-in-view.ts';
import { repairScreenSchema } from './repair-view.ts';

/**
 * What the edge tells the screen: the whole of what is to be shown now. The screen keeps nothing of it and decides
 * nothing; a screen that attaches late, or again after a crash, gets the same view and goes on at the same step.
 */

export const languageSchema = z.enum(['fr', 'en']);
export type Language = z.infer<typeof languageSchema>;

const words = z.object({ fr: z.string(), en: z.string() });

export const planOfferSchema = z.object({
  planId: z.string(),
  name: words,
  description: words,
  commitment: words,
  /** Of a month, or of the whole term where the plan is prepaid. */
  priceCents: z.int(),
  /** Months that are paid at once; null for a plan paid by the month. */
  prepaidMonths: z.int().nullable(),
  joiningFeeCents: z.int(),
  /** What is paid today: joining fee and first month. */
  todayCents: z.int(),
  guestTickets: z.int(),
});
export type PlanOffer = z.infer<typeof planOfferSchema>;

export const dayEntryOfferSchema = z.object({
  planId: z.string(),
  name: words,
  description: words,
  priceCents: z.int(),
});

const offer = z.discriminatedUnion('possible', [
  z.object({ possible: z.literal(true) }),
  z.object({
    possible: z.literal(false),
    why: z.enum(['terminal', 'dispenser', 'cards-sold-out', 'no-plans', 'store', 'journal', 'offline-limit']),
    faultCode: z.string(),
  }),
]);
export type Offer = z.infer<typeof offer>;

/** What can be done here now. What this kiosk never offers is null. */
const offersSchema = z.object({
  join: offer,
  dayEntry: offer.nullable(),
  /** A member may hold a card to the reader of the kiosk. */
  membership: z.boolean(),
  /** A code that staff have given. */
  code: offer.nullable(),
  paperReceipt: z.boolean(),
});
export type Offers = z.infer<typeof offersSchema>;

const debtSchema = z.object({
  debtId: z.string(),
  label: words,
  /** The day since when. */
  since: z.string(),
  amountCents: z.int(),
});

/** What was said last; days as `2027-01-26`. */
const consentSchema = z.object({
  purpose: z.enum(consentPurposes),
  state: z.enum(['given', 'not-given', 'withdrawn', 'never-asked', 'not-known']),
  since: z.string().nullable(),
});
export type ConsentShown = z.infer<typeof consentSchema>;

const renewalRefusals = ['no-end', 'cancelled', 'other-company', 'paid-ahead', 'not-sold'] as const;

/** Answers given so far, for the check screen and for going back. Erased with the session. */
const answersSchema = z.object({
  planId: z.string().nullable(),
  givenName: z.string(),
  familyName: z.string(),
  birthDate: z.string().nullable(),
  contact: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('unanswered') }),
    z.object({ kind: z.literal('email'), email: z.string() }),
    z.object({ kind: z.literal('phone'), phone: z.string() }),
    z.object({ kind: z.literal('none') }),
  ]),
  /** Never the whole IBAN: what was taken is shown masked (Q10). */
  account: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('unanswered') }),
    z.object({ kind: z.literal('iban'), maskedIban: z.string().regex(maskedIbanShape), holder: z.string() }),
    z.object({ kind: z.literal('later') }),
  ]),
  photo: z.enum(['unanswered', 'taken', 'later', 'refused']),
  newsConsent: z.boolean().nullable(),
});
export type Answers = z.infer<typeof answersSchema>;

const fieldProblem = z.object({
  field: z.enum([
    'givenName',
    'familyName',
    'birthDate',
    'email',
    'phone',
    'iban',
    'holder',
    'photo',
    'signature',
  ]),
  problem: z.enum([
    'empty',
    'too-long',
    'not-a-date',
    'in-the-future',
    'too-old',
    'not-an-email',
    'not-a-phone',
    'not-an-iban',
    'not-sepa',
    'wrong-check',
    'too-dark',
    'too-short',
    'unreadable',
  ]),
});
export type FieldProblem = z.infer<typeof fieldProblem>;

/** Text of an electronic note, to be shown as a QR code that holds it whole; null where there is none. */
const note = z.object({ text: z.string() }).nullable();
/** A paper that comes out without being asked for: the slip of a failed payment, or of a case. */
const slip = z.enum(['none', 'printing', 'printed', 'not-printed']);

const question = {
  /** 1-based position of this question among the questions, and how many there are. */
  step: z.int(),
  stepCount: z.int(),
  answers: answersSchema,
  problems: z.array(fieldProblem),
};

export const screenSchema = z.discriminatedUnion('name', [
  /** Nobody is here. Languages as buttons; what does not work now is said before people begin. */
  z.object({
    name: z.literal('attract'),
    offers: offersSchema,
    openUntil: z.string().nullable(),
  }),
  /** What the visitor came for, where there is more than one thing to come for. */
  z.object({ name: z.literal('doors'), offers: offersSchema }),
  /** One entry today, with no name: pressing a price leads to the terminal. */
  z.object({ name: z.literal('day-entry'), entries: z.array(dayEntryOfferSchema) }),
  /** A member is asked to hold the card to the reader; why the one before showed nothing. */
  z.object({
    name: z.literal('present-card'),
    problem: z.enum(['not-read', 'not-ours', 'blocked', 'not-known-here']).nullable(),
  }),
  /** What a member holds and owes. Days as `2027-01-26`; no name. */
  z.object({
    name: z.literal('account'),
    /** Null when the plan is not known here. */
    plan: words.nullable(),
    /** The last day that is paid for; null for a plan without end. */
    validThrough: z.string().nullable(),
    state: z.enum(['runs', 'over', 'cancelled']),
    /** The plan of a later period. */
    next: z.object({ plan: words, from: z.string() }).nullable(),
    /** Owed to the company that sells here. */
    debts: z.array(debtSchema),
    owedCents: z.int(),
    owedElsewhere: z.boolean(),
    renew: z.discriminatedUnion('possible', [
      z.object({ possible: z.literal(true), priceCents: z.int() }),
      z.object({ possible: z.literal(false), why: z.enum(renewalRefusals) }),
    ]),
    change: z.discriminatedUnion('possible', [
      z.object({ possible: z.literal(true) }),
      z.object({
        possible: z.literal(false),
        why: z.enum([...renewalRefusals, 'chosen-already', 'no-other-plan']),
      }),
    ]),
    /** Whether anything can be paid here now. */
    pay: offer,
    /** Whether the card can be put on a phone (SA85), and whether that ends the pass on another one. */
    phone: z.discriminatedUnion('possible', [
      z.object({ possible: z.literal(true), replaces: z.boolean() }),
      z.object({ possible: z.literal(false) }),
    ]),
    /** How old what is shown may be; null while it is fresh. */
    bookAgeMinutes: z.int().nullable(),
  }),
  /** What the member said yes or no to, and what can be asked of their data. */
  z.object({
    name: z.literal('privacy'),
    consents: z.array(consentSchema),
    /** Which answer was just noted. */
    noted: z.enum(consentPurposes).nullable(),
    /** Asked for in this visit. */
    requested: z.array(z.enum(dataRequests)),
    /** The base did not answer: what was said elsewhere is not known here. */
    partly: z.boolean(),
  }),
  /** One purpose: what was said, to which words, and what can be said now. */
  z.object({
    name: z.literal('consent'),
    consent: consentSchema,
    /** A line each; null where nothing was asked, or the words are not known. */
    words: z.array(z.string()).nullable(),
    canSay: z.object({ yes: z.boolean(), no: z.boolean() }),
  }),
  /** The photo that a member said yes to is taken, looked at and kept, or not. */
  z.object({ name: z.literal('own-photo'), problems: z.array(fieldProblem) }),
  /** What follows when it is asked for, and that it was. */
  z.object({
    name: z.literal('data-request'),
    asks: z.enum(dataRequests),
    phase: z.enum(['asking', 'sent']),
    /** The day until which there is an answer. */
    answerBy: z.string(),
    /** It is kept on the box, and goes out once there is a network. */
    offline: z.boolean(),
  }),
  /** Periods to pay for: the next of the same plan, or those of other plans. */
  z.object({
    name: z.literal('periods'),
    change: z.boolean(),
    offers: z.array(
      z.object({
        planId: z.string(),
        name: words,
        description: words,
        priceCents: z.int(),
        /** First and last day. */
        from: z.string(),
        through: z.string(),
      }),
    ),
  }),
  /** Paid: the card is held to the reader once more and gets what was paid for. */
  z.object({ name: z.literal('renew-card') }),
  z.object({ name: z.literal('debts'), debts: z.array(debtSchema), totalCents: z.int() }),
  /** The code of an order is typed; `problem` says why the last one led nowhere. */
  z.object({
    name: z.literal('code'),
    problem: z
      .enum([
        'incomplete',
        'unknown',
        'other-club',
        'other-kiosk',
        'expired',
        'used',
        'cancelled',
        'offline',
        'not-possible',
        /** It takes a card, and none can be made now. */
        'no-cards',
        /** Too many wrong codes: none is taken for a while. */
        'paused',
      ])
      .nullable(),
    /** Wrong codes that may still be typed in this visit. */
    triesLeft: z.int(),
  }),
  /** What the order does, before it is done: `amountCents` is given back, or to be paid. */
  z.object({
    name: z.literal('order'),
    /** `collection`: what a web shop has sold; nothing is paid here. */
    kind: z.enum(['refund', 'card-replacement', 'collection']),
    amountCents: z.int(),
    /** The sale that money is given back for. */
    saleReference: z.string().nullable(),
    endsMembership: z.boolean(),
  }),
  z.object({ name: z.literal('plan'), plans: z.array(planOfferSchema), ...question }),
  z.object({ name: z.literal('name'), ...question }),
  z.object({ name: z.literal('birth-date'), ...question }),
  /** Under eighteen: a kind word, and staff. No sale goes on from here. */
  z.object({ name: z.literal('minor') }),
  z.object({ name: z.literal('contact'), ...question }),
  /** The account for the monthly fees, or later with staff. */
  z.object({
    name: z.literal('iban'),
    monthlyCents: z.int(),
    /** `YYYY-MM-DD`. */
    firstDebitOn: z.string(),
    /** Offered as the holder. */
    fullName: z.string(),
    ...question,
  }),
  /** Consent first (nothing is recorded before it), then camera, then use or retake, or later with staff. */
  z.object({ name: z.literal('photo'), ...question }),
  z.object({ name: z.literal('consents'), ...question }),
  /** `asksAccount`: the plan is debited, so that an account is among the answers. */
  z.object({ name: z.literal('check'), plan: planOfferSchema, asksAccount: z.boolean(), ...question }),
  /** Summary in plain words and the full text, then the signature on the next screen. */
  z.object({
    name: z.literal('contract'),
    summary: z.array(z.object({ title: z.string(), text: z.string() })),
    /** The full text, in paragraphs; a paragraph that starts with `# ` is a heading. */
    text: z.array(z.string()),
    wordingVersion: z.string(),
    ...question,
  }),
  /** The mandate alone, as it is signed; paragraphs as in the contract. The IBAN in it is masked. */
  z.object({
    name: z.literal('mandate'),
    text: z.array(z.string()),
    wordingVersion: z.string(),
    ...question,
  }),
  /** One signature, for the mandate too where there is one. */
  z.object({ name: z.literal('sign'), fullName: z.string(), withMandate: z.boolean(), ...question }),
  z.object({
    name: z.literal('payment'),
    /** `out`: money is given back. `none`: nothing is to be paid. */
    money: z.enum(['in', 'out', 'none']),
    totalCents: z.int(),
    lines: z.array(z.object({ label: words, cents: z.int() })),
    canAbort: z.boolean(),
    phase: z.discriminatedUnion('name', [
      /** A card is being fed and written inside the machine, before money is asked. */
      z.object({ name: z.literal('preparing-card'), stage: z.enum(['feeding', 'writing', 'checking']) }),
      z.object({ name: z.literal('waiting-for-card') }),
      /** In practice (SA52) no terminal is asked: whoever practises says what it would have answered. */
      z.object({ name: z.literal('practice') }),
      /** The terminal is being asked what became of the payment. "Do not pay again." */
      z.object({ name: z.literal('checking-payment') }),
      /** After an interruption: the devices are being asked what happened. "Your payment is safe." */
      z.object({ name: z.literal('recovering') }),
      /** Paid; the ticket is being printed and comes on the next screen. */
      z.object({ name: z.literal('handing-ticket') }),
      z.object({
        name: z.literal('not-paid'),
        why: z.enum([
          'declined',
          'cancelled',
          'timed-out',
          'terminal-unreachable',
          'terminal-out-of-order',
          'busy',
        ]),
        /** What the bank or the terminal said of the card, where it helps the customer; else null. */
        hint: z.enum(customerHints).nullable(),
        /** True only if the terminal has said so. */
        nothingTaken: z.boolean(),
        slip,
      }),
    ]),
  }),
  /** The card is paid for: written for good, then moved to the mouth. */
  z.object({
    name: z.literal('take-card'),
    /** False where nothing was to be paid. */
    paid: z.boolean(),
    phase: z.enum(['finishing', 'presenting', 'at-mouth', 'forgotten-soon']),
    /** Seconds at the mouth so far, for the repeat of voice and light. */
    waitingSeconds: z.int(),
  }),
  /** A member's ticket, which stands in for the pass until the phone has it: on paper too, unless `onPaper` says no. */
  z.object({
    name: z.literal('your-ticket'),
    paid: z.boolean(),
    /** Text of its QR. */
    ticket: z.string(),
    onPaper: z.boolean(),
    /** Its last day. */
    validThrough: z.string(),
  }),
  z.object({
    name: z.literal('receipt'),
    /** `failed`: surely not on paper. `unknown`: it may have come out; printed again, it says that it is a duplicate (I11). */
    phase: z.enum(['asking', 'printing', 'printed', 'failed', 'unknown']),
    paperPossible: z.boolean(),
    /**
     * A copy of the signed contract on paper. `none`: not to be had here. `failed`: surely not on paper, may be tried again
     * where paper is possible. `unknown`: it may have come out.
     */
    contractCopy: z.enum(['none', 'offered', 'printing', 'printed', 'failed', 'unknown']),
    /** The copy of the mandate comes with that of the contract. */
    withMandate: z.boolean(),
    note,
    /** A credit note: money was given back, and paper comes without being asked for. */
    credit: z.boolean(),
    totalCents: z.int(),
    saleReference: z.string(),
  }),
  z.object({
    name: z.literal('welcome'),
    givenName: z.string(),
    openUntil: z.string().nullable(),
    /** `day-entry`: the ticket is what was bought, and is shown in any case. */
    product: z.enum(['membership', 'day-entry', 'renewal', 'debt', 'refund', 'card-replacement']),
    totalCents: z.int(),
    /** Of a renewal: the last day that is paid for. */
    validThrough: z.string().nullable(),
    /** Text of each ticket's QR; those for guests are shown when they were not printed. */
    tickets: z.array(z.string()),
    ticketsPrinted: z.boolean(),
    /** The card can be put on a phone too. */
    passPossible: z.boolean(),
    saleReference: z.string(),
  }),
  /**
   * A card comes onto a phone too: the camera reads what the phone shows, the phone reads `grantCode`. Nothing secret is on
   * the screen.
   */
  z.object({
    name: z.literal('pass'),
    /** Of the page; a phone with a network that opens it as it stands has its pass (PS16). */
    pageAddress: z.string(),
    /** It has. */
    onPhone: z.boolean(),
    grantCode: z.string().nullable(),
    /** What the camera read last is not what the page shows. */
    notRead: z.boolean(),
  }),
  /** Staff at the card dispenser. */
  repairScreenSchema,
  /** Staff, who see who came in. */
  cameInScreenSchema,
  /** Something failed. Says what is true of the money, and what to do now. */
  z.object({
    name: z.literal('trouble'),
    what: z.enum([
      'card-not-made',
      'not-served',
      'paid-not-served',
      'paid-no-card',
      'payment-in-doubt',
      'refund-in-doubt',
      'refund-not-made',
      'card-forgotten',
      'card-not-paid',
      /** A member's ticket that nobody took (SA81). */
      'ticket-owed',
      'sale-impossible',
    ]),
    money: z.enum([
      'nothing-taken',
      'taken-membership-active',
      /** The card is owed; nothing is said of money. */
      'membership-active',
      'given-back',
      'nothing-given-back',
      'being-checked',
      'refund-being-checked',
      'owed-to-you',
    ]),
    saleReference: z.string(),
    amountCents: z.int(),
    faultCode: z.string().nullable(),
    slip,
    /** When money was kept. */
    note,
  }),
]);
export type Screen = z.infer<typeof screenSchema>;
export type ScreenName = Screen['name'];

export const kioskViewSchema = z.object({
  /** Grows with every change; a screen ignores an older one. */
  revision: z.int(),
  /** Changes with every visitor; the screen forgets everything of its own when it does (I8). */
  visitId: z.string(),
  language: languageSchema,
  club: z.object({
    name: z.string(),
    brand: z.enum(['cadence', 'foulee', 'elan']),
    staffPhone: z.string().nullable(),
  }),
  /** What runs here, for whoever checks the till: name, version, digest of the fiscal perimeter (empty when not stamped). */
  about: z.object({ till: z.string(), version: z.string(), perimeter: z.string() }),
  /** What members get here, and hold (SA79). */
  credential: z.enum(['card', 'pass']),
  /** Staff practise (SA50): every screen says that it is of no value. */
  practice: z.boolean(),
  device: z.object({
    diagonalInches: z.number(),
    terminalSide: z.enum(['left', 'right', 'below']),
    cardSlotSide: z.enum(['left', 'right', 'below']),
    receiptSlotSide: z.enum(['left', 'right', 'below']),
  }),
  screen: screenSchema,
  /** The session ends by itself in so many seconds, unless somebody touches; null while there is no limit. */
  timeout: z.object({ warning: z.boolean(), secondsLeft: z.int() }).nullable(),
  /** `waiting`: noted on the box, and not yet where staff see it. */
  staffCall: z.enum(['none', 'waiting', 'sent']),
});
export type KioskView = z.infer<typeof kioskViewSchema>;
