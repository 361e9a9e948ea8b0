import type { Screen } from '../../bridge/view.ts';
import type { GalleryState } from './gallery-states.ts';

type Account = Extract<Screen, { name: 'account' }>;

const oneMonth = { fr: '1 mois sans engagement', en: 'One month, no commitment' };
const threeMonths = { fr: '3 mois sans engagement', en: 'Three months, no commitment' };
const description = {
  fr: 'Tous les clubs, à toute heure d’ouverture.',
  en: 'All clubs, whenever they are open.',
};

const debts = [
  {
    debtId: 'debit',
    label: { fr: 'Prélèvement non passé', en: 'Direct debit not paid' },
    since: '2026-11-03',
    amountCents: 2990,
  },
  {
    debtId: 'card',
    label: { fr: 'Remplacement de la carte', en: 'Card replacement' },
    since: '2026-10-17',
    amountCents: 1000,
  },
];

const account: Account = {
  name: 'account',
  plan: oneMonth,
  validThrough: '2026-12-26',
  state: 'runs',
  next: null,
  debts: [],
  owedCents: 0,
  owedElsewhere: false,
  renew: { possible: true, priceCents: 3990 },
  change: { possible: true },
  pay: { possible: true },
  phone: { possible: true, replaces: false },
  bookAgeMinutes: null,
};
const state = (name: string, more: Partial<Account> = {}): GalleryState => ({
  name: `account-${name}`,
  screen: { ...account, ...more },
});
const refused = (why: 'no-end' | 'cancelled' | 'other-company' | 'paid-ahead') =>
  ({ renew: { possible: false, why }, change: { possible: false, why } }) as const;
const period = (planId: string, name: typeof oneMonth, priceCents: number, through: string) => ({
  planId,
  name,
  description,
  priceCents,
  from: '2026-12-27',
  through,
});

export const accountStates: readonly GalleryState[] = [
  { name: 'present-card', screen: { name: 'present-card', problem: null } },
  ...(['not-read', 'not-ours', 'blocked', 'not-known-here'] as const).map(
    (problem): GalleryState => ({
      name: `present-card-${problem}`,
      screen: { name: 'present-card', problem },
    }),
  ),
  state('runs'),
  state('has-pass', { phone: { possible: true, replaces: true } }),
  state('over-owes', {
    phone: { possible: false },
    state: 'over',
    validThrough: '2026-11-19',
    debts,
    owedCents: 3990,
  }),
  state('monthly', {
    plan: { fr: 'Tous les jours', en: 'Every day' },
    validThrough: null,
    ...refused('no-end'),
    debts: debts.slice(0, 1),
    owedCents: 2990,
  }),
  state('cancelled', { phone: { possible: false }, state: 'cancelled', ...refused('cancelled') }),
  state('elsewhere', { ...refused('other-company'), owedElsewhere: true }),
  state('next-chosen', {
    next: { plan: threeMonths, from: '2026-12-27' },
    change: { possible: false, why: 'chosen-already' },
    bookAgeMinutes: 190,
  }),
  state('no-other-plan', { change: { possible: false, why: 'no-other-plan' }, bookAgeMinutes: 12 }),
  state('no-pay', {
    pay: { possible: false, why: 'terminal', faultCode: 'terminal.unreachable' },
    debts,
    owedCents: 3990,
  }),
  {
    name: 'renewal',
    screen: { name: 'periods', change: false, offers: [period('one', oneMonth, 3990, '2027-01-26')] },
  },
  {
    name: 'plan-change',
    screen: {
      name: 'periods',
      change: true,
      offers: [
        period('three', threeMonths, 10990, '2027-03-26'),
        period('one', oneMonth, 3990, '2027-01-26'),
      ],
    },
  },
  { name: 'renew-card', screen: { name: 'renew-card' } },
  { name: 'debts', screen: { name: 'debts', debts, totalCents: 3990 } },
  ...(['renewal', 'debt'] as const).map(
    (product): GalleryState => ({
      name: `welcome-${product}`,
      screen: {
        name: 'welcome',
        givenName: '',
        openUntil: '23:00',
        product,
        validThrough: product === 'renewal' ? '2027-01-26' : null,
        totalCents: 2990,
        tickets: [],
        ticketsPrinted: false,
        passPossible: false,
        saleReference: 'M7QK-2F9C',
      },
    }),
  ),
];
