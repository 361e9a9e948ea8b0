import { describe, expect, it } from 'vitest';
import {
  type CardTaking,
  cardTotals,
  compareDayTotals,
  type OwnTotals,
  type ToldTotals,
} from './day-totals.ts';

const card = (type: CardTaking['type'], amount: number): CardTaking => ({
  type,
  pay: [{ means: 'CB', amount }],
});
const told = (count: number, amountCents: number, credits = { count: 0, amountCents: 0 }): ToldTotals => ({
  debits: { count, amountCents },
  credits,
});
const own = (...takings: readonly CardTaking[]): OwnTotals => cardTotals(takings);

it('[SA26] sums what was charged and what was given back, card payments only', () => {
  const takings: CardTaking[] = [
    card('VENTE', 3_990),
    { type: 'VENTE', pay: [{ means: 'SEPA', amount: 2_990 }] },
    {
      type: 'VENTE',
      pay: [
        { means: 'CB', amount: 1_000 },
        { means: 'SEPA', amount: 500 },
      ],
    },
    card('AVOIR', -3_990),
    card('VENTE', 0),
  ];
  expect(cardTotals(takings)).toEqual({
    debits: { count: 2, amountCents: 4_990 },
    credits: { count: 1, amountCents: 3_990 },
    undoneCount: 0,
  });
});

const sold = card('VENTE', 3_990);
const undone = [card('VENTE', 5_490), card('ANNUL', -5_490)];
const refunded = [card('VENTE', 5_490), card('AVOIR', -5_490)];

interface Row {
  readonly title: string;
  readonly told: ToldTotals;
  readonly own: readonly [OwnTotals, ...OwnTotals[]];
  readonly cents?: number;
  readonly count?: number;
  readonly words?: string;
}

const same: readonly Row[] = [
  { title: '[SA26] nothing and nothing', told: told(0, 0), own: [own()] },
  { title: '[SA26] two sales', told: told(2, 7_980), own: [own(sold, sold)] },
  {
    title: '[SA26] money given back, told with the payments',
    told: told(2, 0),
    own: [own(...refunded)],
  },
  {
    title: '[SA26] money given back, told apart',
    told: told(1, 5_490, { count: 1, amountCents: 5_490 }),
    own: [own(...refunded)],
  },
  {
    title: '[SA27] an undone sale that counts as nothing',
    told: told(1, 3_990),
    own: [own(sold, ...undone)],
  },
  { title: '[SA27] an undone sale that counts as two', told: told(3, 3_990), own: [own(sold, ...undone)] },
  {
    title: '[SA29] from behind an end of day that nobody heard',
    told: told(1, 3_990),
    own: [own(sold, sold), own(sold)],
  },
  { title: '[SA29] from before it', told: told(2, 7_980), own: [own(sold, sold), own(sold)] },
];

const different: readonly Row[] = [
  {
    title: '[SA26] money that nobody here sold anything for',
    told: told(2, 5_990),
    own: [own(sold)],
    cents: 2_000,
    count: 1,
    words: 'the terminal has taken 20.00 more than the journal says; 1 payment too many',
  },
  {
    title: '[SA26] a sale that the terminal does not know',
    told: told(0, 0),
    own: [own(sold, sold)],
    cents: -7_980,
    count: -2,
    words: 'the terminal has taken 79.80 less than the journal says; 2 payments too few',
  },
  {
    title: '[SA26] one cent',
    told: told(1, 3_991),
    own: [own(sold)],
    cents: 1,
    count: 0,
    words: 'the terminal has taken 0.01 more than the journal says; as many payments',
  },
  {
    title: '[SA27] a sale and its refund at the terminal that nobody here knows of',
    told: told(3, 3_990),
    own: [own(sold)],
    cents: 0,
    count: 2,
    words: 'the amounts are the same; 2 payments too many',
  },
  {
    title: '[SA27] one payment more than an undone sale explains',
    told: told(4, 3_990),
    own: [own(sold, ...undone)],
    cents: 0,
    count: 1,
    words: 'the amounts are the same; 1 payment too many',
  },
  {
    title: '[SA29] neither before nor behind an end of day that nobody heard; told against the earlier',
    told: told(3, 9_980),
    own: [own(sold, sold), own(sold)],
    cents: 2_000,
    count: 1,
    words: 'the terminal has taken 20.00 more than the journal says; 1 payment too many',
  },
];

describe('is the same', () => {
  it.each(same)('$title', (row) => {
    expect(compareDayTotals(row.told, row.own).kind).toBe('same');
  });
});

describe('differs', () => {
  it.each(different)('$title', (row) => {
    expect(compareDayTotals(row.told, row.own)).toEqual({
      kind: 'different',
      own: row.own[0],
      differenceCents: row.cents,
      differenceCount: row.count,
      words: row.words,
    });
  });
});
