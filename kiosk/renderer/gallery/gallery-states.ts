import type { KioskView, PlanOffer, Screen } from '../../bridge/view.ts';
import { accountStates } from './account-states.ts';
import { privacyStates } from './privacy-states.ts';
import { repairStates } from './repair-states.ts';

/** What a visitor has done on the screen itself by then: the part of a state that is not in the view. */
export type GalleryDoing =
  | 'open-call-staff'
  | 'open-leave'
  | 'press-continue'
  | 'photo-framing'
  | 'photo-review'
  | 'own-photo-framing'
  | 'type-iban'
  | 'type-wrong-iban'
  | 'type-longest-iban'
  | 'type-signature'
  | 'contract-page-2';

export interface GalleryState {
  readonly name: string;
  readonly screen: Screen | null;
  readonly view?: Partial<Pick<KioskView, 'timeout' | 'staffCall' | 'device' | 'practice' | 'credential'>>;
  readonly doing?: GalleryDoing;
}

const plans: [PlanOffer, PlanOffer, PlanOffer] = [
  {
    planId: 'off-peak',
    name: { fr: 'Heures creuses', en: 'Off-peak' },
    description: {
      fr: 'Du lundi au vendredi, de 9\u202fh à 16\u202fh, dans ce club.',
      en: 'Monday to Friday, 9 am to 4 pm, in this club.',
    },
    commitment: {
      fr: 'Sans engagement. Vous pouvez arrêter à tout moment, avec un mois de préavis.',
      en: 'No minimum term. You can stop at any time, with one month’s notice.',
    },
    priceCents: 1990,
    prepaidMonths: null,
    joiningFeeCents: 2500,
    todayCents: 4490,
    guestTickets: 0,
  },
  {
    planId: 'every-day',
    name: { fr: 'Tous les jours', en: 'Every day' },
    description: {
      fr: 'Tous les clubs, à toute heure d’ouverture. Une entrée pour inviter quelqu’un.',
      en: 'All clubs, whenever they are open. One entry to bring a guest.',
    },
    commitment: {
      fr: 'Sans engagement. Vous pouvez arrêter à tout moment, avec un mois de préavis.',
      en: 'No minimum term. You can stop at any time, with one month’s notice.',
    },
    priceCents: 2990,
    prepaidMonths: null,
    joiningFeeCents: 2500,
    todayCents: 5490,
    guestTickets: 2,
  },
  {
    planId: 'for-two',
    name: { fr: 'Tous les jours à deux', en: 'Every day for two' },
    description: { fr: 'Une deuxième personne entre avec vous', en: 'A second person comes in with you' },
    commitment: { fr: 'Engagement de 12 mois', en: '12 months’ commitment' },
    priceCents: 4490,
    prepaidMonths: null,
    joiningFeeCents: 0,
    todayCents: 4490,
    guestTickets: 1,
  },
];

const noAnswers = {
  planId: null,
  givenName: '',
  familyName: '',
  birthDate: null,
  contact: { kind: 'unanswered' },
  account: { kind: 'unanswered' },
  photo: 'unanswered',
  newsConsent: null,
} as const;

const allAnswers = {
  planId: 'every-day',
  givenName: 'Marie-Antoinette',
  familyName: 'Lefebvre de la Tour',
  birthDate: '1990-03-27',
  contact: { kind: 'email', email: 'marie-antoinette.lefebvre@exemple.fr' },
  account: { kind: 'iban', maskedIban: 'FR76 •••• 189', holder: 'Marie-Antoinette Lefebvre de la Tour' },
  photo: 'later',
  newsConsent: false,
} as const;

const question = (step: number) => ({ step, stepCount: 11, answers: allAnswers, problems: [] });
const untouched = (step: number) => ({ step, stepCount: 11, answers: noAnswers, problems: [] });

const paymentLines = [
  { label: { fr: 'Premier mois, Tous les jours', en: 'First month, Every day' }, cents: 2990 },
  { label: { fr: 'Frais d’adhésion', en: 'Joining fee' }, cents: 2500 },
];
const payment = (
  phase: Extract<Screen, { name: 'payment' }>['phase'],
  canAbort = false,
): Extract<Screen, { name: 'payment' }> => ({
  name: 'payment',
  money: 'in',
  totalCents: 5490,
  lines: paymentLines,
  canAbort,
  phase,
});

const saleReference = 'K7QM-2406';
/** As an edge writes it, with a long name and a long address. */
/** As long as a link is (core/crypto/pass-link.ts). */
const passAddress = `https://base.example.org/pass/#${'AQUBm9x2'.repeat(22)}abc`;

export const galleryNote = {
  text: [
    'NOTE 1204, borne lyon-part-dieu-1',
    'Cadence Lyon SAS',
    '17 rue du Docteur Bouchut, 69003 Lyon',
    'SIRET 123 456 789 00012',
    'TVA FR32123456789',
    '22/11/2026 09:15, Cadence Lyon Part-Dieu',
    'Client Marie-Antoinette Lefebvre de la Tour',
    '1 x 29,90 Tous les jours, premier mois',
    '1 x 25,00 Frais d’adhésion',
    'HT 45,75',
    'TVA 20 % 9,15',
    'TOTAL TTC 54,90 EUR',
    'Carte VISA 4869 aut. 123456',
    'Réf. K7QM-2406 sign. FUCC',
  ].join('\n'),
};
const receipt = (
  phase: Extract<Screen, { name: 'receipt' }>['phase'],
  changes: Partial<Extract<Screen, { name: 'receipt' }>> = {},
): Screen => ({
  name: 'receipt',
  phase,
  paperPossible: true,
  contractCopy: changes.paperPossible === false ? 'none' : 'offered',
  withMandate: true,
  note: galleryNote,
  credit: false,
  totalCents: 5490,
  saleReference,
  ...changes,
});
const trouble = (
  what: Extract<Screen, { name: 'trouble' }>['what'],
  money: Extract<Screen, { name: 'trouble' }>['money'],
): GalleryState => ({
  name: `trouble-${what}-${money}`,
  screen: {
    name: 'trouble',
    what,
    money,
    saleReference,
    amountCents: 5490,
    faultCode: 'dispenser.card-jam',
    slip: money === 'nothing-taken' ? 'none' : 'printed',
    note: money === 'taken-membership-active' ? galleryNote : null,
  },
});

const ticket = (number: number) =>
  `PT1.eyJjbHViIjoibHlvbi1wYXJ0LWRpZXUiLCJ0aWNrZXQiOiIwMTkzNTQ4${number}.a7K2mQ9xV4tN8bR1wZ5yL3cH6dF0gJ2s`;

const longParagraph =
  'Le membre accède au club avec sa carte personnelle, aux jours et aux heures de son abonnement. La carte ne se prête pas. En cas de perte, le club bloque la carte dès que le membre le demande et en remet une autre à l’accueil.';

const contract: Extract<Screen, { name: 'contract' }> = {
  name: 'contract',
  summary: [
    { title: 'Ce que vous prenez', text: 'Tous les jours, 7 jours sur 7, de 6 h à 23 h.' },
    { title: 'Le prix', text: '29,90 € par mois. Aujourd’hui : 54,90 €, frais d’inscription compris.' },
    { title: 'La durée', text: 'Sans engagement. Le contrat continue tant que vous ne l’arrêtez pas.' },
    { title: 'Pour arrêter', text: 'À tout moment, avec un mois de préavis, à l’accueil ou par courrier.' },
    { title: 'Pour changer d’avis', text: 'Vous avez 14 jours à partir d’aujourd’hui.' },
  ],
  text: ['Objet', 'Accès', 'Prix', 'Durée', 'Résiliation', 'Données', 'Médiation'].flatMap(
    (heading, index) => [`# ${index + 1}. ${heading}`, longParagraph, longParagraph],
  ),
  wordingVersion: '2026-11',
  ...question(9),
};

const iban = (
  position: Pick<Extract<Screen, { name: 'iban' }>, 'step' | 'stepCount' | 'answers' | 'problems'>,
): Screen => ({
  name: 'iban',
  monthlyCents: 12_990,
  firstDebitOn: '2026-09-26',
  fullName: 'Marie-Antoinette Lefebvre de la Tour',
  ...position,
});

/** As an edge writes it, with a long name and a long address. */
const mandate: Screen = {
  name: 'mandate',
  text: [
    '# Mandat de prélèvement SEPA',
    'Référence unique du mandat\u202f: 01J7HA9HEPFY59P30X5RZM0MB2',
    'En signant ce mandat, vous autorisez (A) Société d’exploitation des salles de sport de la Part-Dieu à envoyer des instructions à votre banque pour débiter votre compte, et (B) votre banque à débiter votre compte selon les instructions de Société d’exploitation des salles de sport de la Part-Dieu.',
    'Vous avez le droit d’être remboursé par votre banque selon la convention que vous avez passée avec elle. La demande de remboursement doit être présentée dans les 8 semaines qui suivent la date de débit de votre compte.',
    '# Débiteur',
    'Marie-Antoinette Lefebvre de la Tour. Compte (IBAN)\u202f: FR76 •••• 189. Vous déclarez pouvoir disposer de ce compte.',
    '# Créancier',
    'Société d’exploitation des salles de sport de la Part-Dieu, 117 rue du Docteur Bouchut, 69003 Lyon. Identifiant créancier SEPA\u202f: FR72ZZZ123456.',
    '# Prélèvements',
    'Type de paiement\u202f: récurrent. Chaque prélèvement est annoncé au moins 14 jours avant sa date.',
    'Fait à Lyon Part-Dieu, le 26 novembre 2026.',
    'Vos droits sur ce mandat sont expliqués dans un document que votre banque peut vous remettre.',
  ],
  wordingVersion: '2026-11-a',
  ...question(10),
};

const workingOffers = {
  join: { possible: true },
  dayEntry: { possible: true },
  membership: true,
  code: null,
  paperReceipt: true,
} as const;
const stopped = (why: 'terminal' | 'dispenser' | 'journal' | 'offline-limit', faultCode: string) =>
  ({ possible: false, why, faultCode }) as const;
const attract = (offers: Extract<Screen, { name: 'attract' }>['offers']): Screen => ({
  name: 'attract',
  offers,
  openUntil: '23:00',
});

const statesOfSales: readonly GalleryState[] = [
  { name: 'attract', screen: attract(workingOffers) },
  { name: 'attract-no-paper', screen: attract({ ...workingOffers, paperReceipt: false }) },
  {
    name: 'attract-stopped',
    screen: attract({
      join: stopped('terminal', 'terminal.unreachable'),
      dayEntry: stopped('terminal', 'terminal.unreachable'),
      membership: false,
      code: null,
      paperReceipt: true,
    }),
  },
  {
    name: 'attract-cannot-record',
    screen: attract({
      join: stopped('journal', 'journal.older-copy'),
      dayEntry: null,
      membership: false,
      code: null,
      paperReceipt: true,
    }),
  },
  {
    name: 'attract-offline-limit',
    screen: attract({
      join: stopped('offline-limit', 'terminal.offline-limit'),
      dayEntry: stopped('offline-limit', 'terminal.offline-limit'),
      membership: false,
      code: null,
      paperReceipt: true,
    }),
  },
  { name: 'doors', screen: { name: 'doors', offers: workingOffers } },
  {
    name: 'doors-with-code',
    screen: { name: 'doors', offers: { ...workingOffers, code: { possible: true } } },
  },
  ...([null, 'unknown', 'incomplete', 'other-club', 'offline', 'used', 'paused'] as const).map(
    (problem): GalleryState => ({
      name: `code-${problem ?? 'empty'}`,
      screen: { name: 'code', problem, triesLeft: problem === null ? 5 : 3 },
    }),
  ),
  ...([true, false] as const).map(
    (endsMembership): GalleryState => ({
      name: `order-refund${endsMembership ? '-ends' : ''}`,
      screen: { name: 'order', kind: 'refund', amountCents: 5490, saleReference, endsMembership },
    }),
  ),
  {
    name: 'order-collection',
    screen: { name: 'order', kind: 'collection', amountCents: 0, saleReference: null, endsMembership: false },
  },
  ...([1_000, 0] as const).map(
    (amountCents): GalleryState => ({
      name: `order-card${amountCents === 0 ? '-free' : ''}`,
      screen: {
        name: 'order',
        kind: 'card-replacement',
        amountCents,
        saleReference: null,
        endsMembership: false,
      },
    }),
  ),
  ...(
    [
      { name: 'waiting-for-card' },
      { name: 'checking-payment' },
      { name: 'recovering' },
      { name: 'not-paid', why: 'declined', hint: null, nothingTaken: true, slip: 'printed' },
    ] as const
  ).map(
    (phase): GalleryState => ({
      name: `refund-${phase.name}`,
      screen: { ...payment(phase), money: 'out' },
    }),
  ),
  {
    name: 'card-free-preparing',
    screen: {
      ...payment({ name: 'preparing-card', stage: 'writing' }),
      money: 'none',
      totalCents: 0,
      lines: [],
    },
  },
  {
    name: 'card-free-at-mouth',
    screen: { name: 'take-card', paid: false, phase: 'at-mouth', waitingSeconds: 4 },
  },
  { name: 'receipt-credit-no-paper', screen: receipt('asking', { credit: true, paperPossible: false }) },
  {
    name: 'welcome-refund',
    screen: {
      name: 'welcome',
      givenName: '',
      openUntil: '23:00',
      product: 'refund',
      validThrough: null,
      totalCents: 5490,
      tickets: [],
      ticketsPrinted: false,
      passPossible: false,
      saleReference,
    },
  },
  {
    name: 'doors-no-cards',
    screen: {
      name: 'doors',
      offers: { ...workingOffers, join: stopped('dispenser', 'dispenser.card-jam') },
    },
  },
  {
    name: 'day-entry',
    screen: {
      name: 'day-entry',
      entries: [
        {
          planId: 'day',
          name: { fr: 'Entrée à la journée', en: 'Day entry' },
          description: { fr: 'Dans ce club, aux heures d’ouverture.', en: 'In this club, when it is open.' },
          priceCents: 1200,
        },
      ],
    },
  },
  ...accountStates,
  ...privacyStates,
  ...repairStates,
  { name: 'plan', screen: { name: 'plan', plans, ...untouched(1) } },
  { name: 'plan-missing', screen: { name: 'plan', plans, ...untouched(1) }, doing: 'press-continue' },
  {
    name: 'plan-four-missing',
    screen: { name: 'plan', plans: [...plans, { ...plans[0], planId: 'student' }], ...untouched(1) },
    doing: 'press-continue',
  },
  {
    name: 'plan-four-chosen',
    screen: { name: 'plan', plans: [...plans, { ...plans[0], planId: 'student' }], ...question(1) },
  },
  { name: 'plan-chosen', screen: { name: 'plan', plans, ...question(1) } },
  { name: 'name', screen: { name: 'name', ...untouched(2) } },
  {
    name: 'name-problems',
    screen: {
      name: 'name',
      ...untouched(2),
      problems: [
        { field: 'givenName', problem: 'empty' },
        { field: 'familyName', problem: 'empty' },
      ],
    },
  },
  { name: 'name-filled', screen: { name: 'name', ...question(2) } },
  { name: 'birth-date', screen: { name: 'birth-date', ...untouched(3) } },
  {
    name: 'birth-date-problem',
    screen: {
      name: 'birth-date',
      ...question(3),
      problems: [{ field: 'birthDate', problem: 'not-a-date' }],
    },
  },
  { name: 'minor', screen: { name: 'minor' } },
  { name: 'contact', screen: { name: 'contact', ...untouched(4) } },
  { name: 'contact-missing', screen: { name: 'contact', ...untouched(4) }, doing: 'press-continue' },
  { name: 'contact-email', screen: { name: 'contact', ...question(4) } },
  {
    name: 'contact-email-problem',
    screen: {
      name: 'contact',
      ...question(4),
      answers: { ...allAnswers, contact: { kind: 'email', email: 'marie.lefebvre' } },
      problems: [{ field: 'email', problem: 'not-an-email' }],
    },
  },
  {
    name: 'contact-phone',
    screen: {
      name: 'contact',
      ...question(4),
      answers: { ...allAnswers, contact: { kind: 'phone', phone: '06 12 34 56 78' } },
      problems: [{ field: 'phone', problem: 'too-short' }],
    },
  },
  {
    name: 'contact-none',
    screen: { name: 'contact', ...question(4), answers: { ...allAnswers, contact: { kind: 'none' } } },
  },
  { name: 'iban', screen: iban(untouched(5)) },
  { name: 'iban-typing', screen: iban(untouched(5)), doing: 'type-iban' },
  { name: 'iban-wrong', screen: iban(untouched(5)), doing: 'type-wrong-iban' },
  { name: 'iban-longest', screen: iban(untouched(5)), doing: 'type-longest-iban' },
  {
    name: 'iban-problem',
    screen: iban({
      ...untouched(5),
      problems: [{ field: 'iban', problem: 'wrong-check' }],
    }),
  },
  {
    name: 'iban-not-sepa',
    screen: iban({ ...untouched(5), problems: [{ field: 'iban', problem: 'not-sepa' }] }),
  },
  {
    name: 'iban-holder-problem',
    screen: iban({ ...question(5), problems: [{ field: 'holder', problem: 'too-long' }] }),
  },
  { name: 'iban-kept', screen: iban(question(5)) },
  { name: 'photo-consent', screen: { name: 'photo', ...untouched(6) } },
  { name: 'photo-framing', screen: { name: 'photo', ...untouched(6) }, doing: 'photo-framing' },
  { name: 'photo-review', screen: { name: 'photo', ...untouched(6) }, doing: 'photo-review' },
  { name: 'consents', screen: { name: 'consents', ...untouched(7) } },
  { name: 'check', screen: { name: 'check', plan: plans[1], asksAccount: true, ...question(8) } },
  {
    name: 'check-account-later',
    screen: {
      name: 'check',
      plan: plans[1],
      asksAccount: true,
      ...question(7),
      answers: { ...allAnswers, account: { kind: 'later' } },
    },
  },
  {
    name: 'check-not-debited',
    screen: { name: 'check', plan: plans[1], asksAccount: false, ...question(7) },
  },
  { name: 'contract', screen: contract },
  { name: 'contract-text', screen: contract, doing: 'contract-page-2' },
  {
    name: 'sign-draw',
    screen: {
      name: 'sign',
      fullName: 'Marie-Antoinette Lefebvre de la Tour',
      withMandate: false,
      ...question(10),
    },
  },
  { name: 'mandate', screen: mandate },
  {
    name: 'sign-with-mandate',
    screen: {
      name: 'sign',
      fullName: 'Marie-Antoinette Lefebvre de la Tour',
      withMandate: true,
      ...question(11),
    },
  },
  {
    name: 'sign-problem',
    screen: {
      name: 'sign',
      fullName: 'Marie-Antoinette Lefebvre de la Tour',
      withMandate: true,
      ...question(11),
      problems: [{ field: 'signature', problem: 'too-short' }],
    },
  },
  {
    name: 'sign-type',
    screen: {
      name: 'sign',
      fullName: 'Marie-Antoinette Lefebvre de la Tour',
      withMandate: false,
      ...question(10),
    },
    doing: 'type-signature',
  },
  { name: 'payment-preparing', screen: payment({ name: 'preparing-card', stage: 'writing' }) },
  { name: 'payment-waiting', screen: payment({ name: 'waiting-for-card' }) },
  {
    name: 'payment-waiting-left',
    screen: payment({ name: 'waiting-for-card' }, true),
    view: {
      device: { diagonalInches: 24, terminalSide: 'left', cardSlotSide: 'left', receiptSlotSide: 'left' },
    },
  },
  {
    name: 'payment-waiting-below',
    screen: payment({ name: 'waiting-for-card' }, true),
    view: {
      device: { diagonalInches: 24, terminalSide: 'below', cardSlotSide: 'below', receiptSlotSide: 'below' },
    },
  },
  { name: 'payment-checking', screen: payment({ name: 'checking-payment' }) },
  { name: 'payment-recovering', screen: payment({ name: 'recovering' }) },
  {
    name: 'payment-declined',
    screen: payment({ name: 'not-paid', why: 'declined', hint: null, nothingTaken: true, slip: 'printing' }),
  },
  {
    name: 'payment-declined-with-hint',
    screen: payment({
      name: 'not-paid',
      why: 'declined',
      hint: 'wrong-pin',
      nothingTaken: true,
      slip: 'none',
    }),
  },
  {
    name: 'payment-cancelled',
    screen: payment({ name: 'not-paid', why: 'cancelled', hint: null, nothingTaken: true, slip: 'printed' }),
  },
  {
    name: 'payment-out-of-order',
    screen: payment({
      name: 'not-paid',
      why: 'terminal-out-of-order',
      hint: null,
      nothingTaken: true,
      slip: 'none',
    }),
  },
  {
    name: 'payment-not-known',
    screen: payment({
      name: 'not-paid',
      why: 'terminal-unreachable',
      hint: null,
      nothingTaken: false,
      slip: 'none',
    }),
  },
  ...[true, false].map((onPaper) => ({
    name: `your-ticket-${onPaper ? 'on-paper' : 'on-screen'}`,
    view: { credential: 'pass' as const },
    screen: {
      name: 'your-ticket' as const,
      paid: true,
      ticket: `PT1.${'aB3-'.repeat(52)}`,
      onPaper,
      validThrough: '2026-12-10',
    },
  })),
  {
    name: 'doors-pass',
    view: { credential: 'pass' },
    screen: { name: 'doors', offers: { ...workingOffers, code: { possible: true } } },
  },
  ...([null, 'blocked', 'not-ours'] as const).map(
    (problem): GalleryState => ({
      name: `present-code${problem === null ? '' : `-${problem}`}`,
      view: { credential: 'pass' },
      screen: { name: 'present-card', problem },
    }),
  ),
  {
    name: 'trouble-ticket-owed',
    view: { credential: 'pass' },
    screen: {
      name: 'trouble',
      what: 'ticket-owed',
      money: 'taken-membership-active',
      saleReference,
      amountCents: 5490,
      faultCode: 'printer.paper-out',
      slip: 'not-printed',
      note: null,
    },
  },
  {
    name: 'take-card-finishing',
    screen: { name: 'take-card', paid: true, phase: 'finishing', waitingSeconds: 0 },
  },
  {
    name: 'take-card-presenting',
    screen: { name: 'take-card', paid: true, phase: 'presenting', waitingSeconds: 0 },
  },
  { name: 'take-card', screen: { name: 'take-card', paid: true, phase: 'at-mouth', waitingSeconds: 4 } },
  {
    name: 'take-card-below',
    screen: { name: 'take-card', paid: true, phase: 'at-mouth', waitingSeconds: 4 },
    view: {
      device: { diagonalInches: 24, terminalSide: 'below', cardSlotSide: 'below', receiptSlotSide: 'below' },
    },
  },
  {
    name: 'take-card-forgotten',
    screen: { name: 'take-card', paid: true, phase: 'forgotten-soon', waitingSeconds: 150 },
  },
  ...(['asking', 'printing', 'printed', 'failed', 'unknown'] as const).map(
    (phase): GalleryState => ({ name: `receipt-${phase}`, screen: receipt(phase) }),
  ),
  ...(['none', 'printing', 'printed', 'failed', 'unknown'] as const).map(
    (contractCopy): GalleryState => ({
      name: `receipt-contract-copy-${contractCopy}`,
      screen: receipt('asking', { contractCopy }),
    }),
  ),
  { name: 'receipt-without-mandate', screen: receipt('asking', { withMandate: false }) },
  {
    name: 'receipt-contract-copy-failed-no-paper',
    screen: receipt('asking', { paperPossible: false, contractCopy: 'failed' }),
  },
  { name: 'receipt-failed-contract-copy-failed', screen: receipt('failed', { contractCopy: 'failed' }) },
  { name: 'receipt-unknown-contract-copy-unknown', screen: receipt('unknown', { contractCopy: 'unknown' }) },
  { name: 'receipt-no-paper', screen: receipt('asking', { paperPossible: false }) },
  { name: 'receipt-failed-no-paper', screen: receipt('failed', { paperPossible: false }) },
  { name: 'receipt-unknown-no-paper', screen: receipt('unknown', { paperPossible: false }) },
  { name: 'receipt-asking-no-note', screen: receipt('asking', { note: null }) },
  { name: 'receipt-no-paper-no-note', screen: receipt('asking', { paperPossible: false, note: null }) },
  { name: 'receipt-failed-no-note', screen: receipt('failed', { paperPossible: false, note: null }) },
  {
    name: 'welcome',
    screen: {
      name: 'welcome',
      givenName: 'Marie-Antoinette',
      openUntil: '23:00',
      product: 'membership',
      validThrough: null,
      totalCents: 5490,
      tickets: [],
      ticketsPrinted: false,
      passPossible: true,
      saleReference,
    },
  },
  ...[false, true].map((notRead) => ({
    name: `pass-asking${notRead ? '-not-read' : ''}`,
    screen: {
      name: 'pass' as const,
      pageAddress: passAddress,
      onPhone: false,
      grantCode: null,
      notRead,
    },
  })),
  {
    name: 'pass-on-phone',
    screen: { name: 'pass', pageAddress: passAddress, onPhone: true, grantCode: null, notRead: false },
  },
  {
    name: 'pass-ready',
    screen: {
      name: 'pass',
      pageAddress: passAddress,
      onPhone: false,
      grantCode: `PG1:${'7WBH2K$A9'.repeat(31)}01`,
      notRead: false,
    },
  },
  {
    name: 'welcome-guests',
    screen: {
      name: 'welcome',
      givenName: 'Léa',
      openUntil: '23:00',
      product: 'membership',
      validThrough: null,
      totalCents: 5490,
      tickets: [ticket(1), ticket(2)],
      ticketsPrinted: false,
      passPossible: true,
      saleReference,
    },
  },
  ...[true, false].map((ticketsPrinted) => ({
    name: `welcome-day-entry${ticketsPrinted ? '' : '-no-paper'}`,
    screen: {
      name: 'welcome' as const,
      givenName: '',
      openUntil: '23:00',
      product: 'day-entry' as const,
      validThrough: null,
      totalCents: 5490,
      tickets: [ticket(1)],
      ticketsPrinted,
      passPossible: false,
      saleReference,
    },
  })),
  trouble('card-not-made', 'nothing-taken'),
  trouble('card-not-made', 'given-back'),
  trouble('paid-no-card', 'taken-membership-active'),
  trouble('paid-no-card', 'owed-to-you'),
  trouble('payment-in-doubt', 'being-checked'),
  trouble('card-forgotten', 'taken-membership-active'),
  trouble('card-not-paid', 'nothing-taken'),
  trouble('sale-impossible', 'nothing-taken'),
  trouble('not-served', 'nothing-taken'),
  trouble('refund-in-doubt', 'refund-being-checked'),
  trouble('refund-not-made', 'nothing-given-back'),
  trouble('card-not-made', 'membership-active'),
  trouble('paid-not-served', 'owed-to-you'),
  {
    name: 'timeout',
    screen: { name: 'name', ...question(2) },
    view: { timeout: { warning: true, secondsLeft: 27 } },
  },
  { name: 'call-staff', screen: { name: 'name', ...question(2) }, doing: 'open-call-staff' },
  {
    name: 'call-staff-sent',
    screen: { name: 'name', ...question(2) },
    view: { staffCall: 'sent' },
    doing: 'open-call-staff',
  },
  {
    name: 'call-staff-waiting',
    screen: { name: 'name', ...question(2) },
    view: { staffCall: 'waiting' },
    doing: 'open-call-staff',
  },
  { name: 'leave', screen: { name: 'name', ...question(2) }, doing: 'open-leave' },
  { name: 'away', screen: null },
];

/** The same screens while staff practise: the fullest, and those that practice changes. */
const practised = [
  'attract',
  'plan-four-chosen',
  'name-filled',
  'contract',
  'payment-declined',
  'receipt-asking',
  'welcome',
  'leave',
  'timeout',
];

export const galleryStates: readonly GalleryState[] = [
  ...statesOfSales,
  ...statesOfSales
    .filter(({ name }) => practised.includes(name))
    .concat({ name: 'payment', screen: payment({ name: 'practice' }) })
    .map((state) => ({
      ...state,
      name: `practice-${state.name}`,
      view: { ...state.view, practice: true },
    })),
];

export interface GalleryChoice {
  readonly language: KioskView['language'];
  readonly brand: KioskView['club']['brand'];
  readonly diagonalInches: number;
}

/** The view an edge would send for this state. */
export function galleryView(state: GalleryState, choice: GalleryChoice): KioskView | null {
  if (state.screen === null) return null;
  return {
    revision: 1,
    visitId: 'gallery',
    language: choice.language,
    club: { name: 'Lyon Part-Dieu', brand: choice.brand, staffPhone: '04 72 00 00 00' },
    about: {
      till: 'kiosk-1',
      version: '0.1.0',
      perimeter: '9ad3520e96f654618a9ac2097f49892d14d18953ab65f77615036f6d848e98d1',
    },
    device: {
      terminalSide: 'right',
      cardSlotSide: 'right',
      receiptSlotSide: 'left',
      ...state.view?.device,
      diagonalInches: choice.diagonalInches,
    },
    credential: state.view?.credential ?? 'card',
    practice: state.view?.practice ?? false,
    screen: state.screen,
    timeout: state.view?.timeout ?? null,
    staffCall: state.view?.staffCall ?? 'none',
  };
}
