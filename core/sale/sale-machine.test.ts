import { describe, expect, it } from 'vitest';
import {
  cardsTriedLimit,
  lookUpLimit,
  mouthLookUpLimit,
  mustNotBeLeft,
  nextSale,
  type PaymentAnswer,
  paymentAttemptLimit,
  resumeSale,
  type SaleEffect,
  type SaleInput,
  type SaleState,
  type SaleStep,
  startSale,
} from './sale-machine.ts';

const slip = {
  maskedPan: '************4869',
  scheme: 'CB',
  authorisation: '664765',
  applicationId: null,
  contactless: true,
  terminalContract: null,
};
const captured: PaymentAnswer = { kind: 'captured', slip };
const paid = { slip, attempt: 1 };

const answers: readonly PaymentAnswer[] = [
  captured,
  ...(['declined', 'cancelled', 'timed-out', 'busy', 'not-sent', 'in-doubt'] as const).map((kind) => ({
    kind,
  })),
];

const everyInput: readonly SaleInput[] = [
  { type: 'card-staged' },
  { type: 'card-failed', why: 'jam' },
  ...answers.map((answer) => ({ type: 'payment-answered', answer }) as const),
  ...answers.map((answer) => ({ type: 'payment-looked-up', answer }) as const),
  { type: 'recorded' },
  { type: 'record-failed' },
  { type: 'grant-written' },
  { type: 'grant-failed' },
  { type: 'presented' },
  { type: 'present-failed' },
  { type: 'taken' },
  { type: 'not-taken' },
  { type: 'mouth-unknown' },
  ...(['encoder', 'mouth', 'none', 'unknown'] as const).map(
    (place) => ({ type: 'card-located', place }) as const,
  ),
  ...answers.map((answer) => ({ type: 'reversal-answered', answer }) as const),
  ...answers.map((answer) => ({ type: 'reversal-looked-up', answer }) as const),
  { type: 'time-to-ask-again' },
  { type: 'pay-again' },
  { type: 'give-up' },
];

function run(inputs: readonly SaleInput[], from: SaleStep = startSale()): SaleStep {
  return inputs.reduce((step, input) => nextSale(step.state, input), from);
}

const payment = (kind: PaymentAnswer): SaleInput => ({ type: 'payment-answered', answer: kind });
const toCaptured: readonly SaleInput[] = [{ type: 'card-staged' }, payment(captured)];
const toMouth: readonly SaleInput[] = [
  ...toCaptured,
  { type: 'recorded' },
  { type: 'grant-written' },
  { type: 'presented' },
];

describe('order', () => {
  it('[SA1] proves a card before it asks for money, and gives up after two bad ones with nothing taken', () => {
    expect(startSale().effects).toEqual([{ type: 'stage-card', discardFirst: false }]);
    expect(run([{ type: 'card-failed', why: 'mute' }]).effects).toEqual([
      { type: 'stage-card', discardFirst: true },
    ]);
    expect(run(Array(cardsTriedLimit).fill({ type: 'card-failed', why: 'mute' })).state).toEqual({
      name: 'ended',
      ending: 'not-charged',
      why: 'mute',
    });
  });

  it('[SA3] [SA4] [SA6] records, writes the grant, presents, in this order', () => {
    expect(run(toCaptured).effects).toEqual([{ type: 'record-sale', slip, attempt: 1 }]);
    expect(run([...toCaptured, { type: 'recorded' }]).effects).toEqual([{ type: 'write-grant' }]);
    expect(run([...toCaptured, { type: 'recorded' }, { type: 'grant-written' }]).effects).toEqual([
      { type: 'present-card' },
    ]);
    expect(run([...toMouth, { type: 'taken' }]).state).toMatchObject({ ending: 'served' });
  });

  it('[SA5] binds a second card when the first fails after payment, and gives the money back when that fails too', () => {
    const failed = run([...toCaptured, { type: 'recorded' }, { type: 'grant-failed' }]);
    expect(failed.effects).toEqual([{ type: 'stage-card', discardFirst: true }]);
    const second = nextSale(failed.state, { type: 'card-staged' });
    expect(second.effects).toEqual([{ type: 'rebind-credential' }, { type: 'write-grant' }]);
    expect(nextSale(second.state, { type: 'grant-failed' }).effects).toEqual([{ type: 'reverse', tries: 1 }]);
  });
});

describe('money', () => {
  it('[SA2] [SA7] lets the customer try again with a new reference, at most five times', () => {
    let step = run([{ type: 'card-staged' }]);
    for (let attempt = 1; attempt <= paymentAttemptLimit; attempt++) {
      expect(step.effects).toEqual([{ type: 'authorise', attempt }]);
      step = nextSale(step.state, payment({ kind: 'declined' }));
      expect(step.state).toMatchObject({ name: 'not-paid', why: 'declined' });
      step = nextSale(step.state, { type: 'pay-again' });
    }
    expect(step.state).toMatchObject({ name: 'ended', ending: 'not-charged' });
  });

  it('[SA8] asks the terminal when in doubt, and goes on when the money was taken', () => {
    const doubt = run([{ type: 'card-staged' }, payment({ kind: 'in-doubt' })]);
    expect(doubt.effects).toEqual([{ type: 'look-up-payment', attempt: 1 }]);
    expect(nextSale(doubt.state, { type: 'payment-looked-up', answer: captured }).effects).toEqual([
      { type: 'record-sale', slip, attempt: 1 },
    ]);
    expect(
      nextSale(doubt.state, { type: 'payment-looked-up', answer: { kind: 'declined' } }).state,
    ).toMatchObject({
      name: 'not-paid',
    });
  });

  it('[SA9] opens a case when the terminal cannot tell after all look-ups', () => {
    let step = run([{ type: 'card-staged' }, payment({ kind: 'in-doubt' })]);
    let lookUps = 1;
    while (step.state.name !== 'ended') {
      step = nextSale(step.state, { type: 'payment-looked-up', answer: { kind: 'in-doubt' } });
      if (step.state.name === 'ended') break;
      step = nextSale(step.state, { type: 'time-to-ask-again' });
      lookUps++;
    }
    expect(lookUps).toBe(lookUpLimit);
    expect(step).toEqual({
      state: { name: 'ended', ending: 'in-doubt', why: 'the terminal could not tell' },
      effects: [{ type: 'open-case', kind: 'payment-in-doubt' }],
    });
  });

  it('[SA10] records an undone payment as a cancellation, and opens a case when it cannot be undone', () => {
    const reversing: SaleState = { name: 'reversing', paid, tries: 1, recorded: true };
    expect(nextSale(reversing, { type: 'reversal-answered', answer: captured })).toMatchObject({
      state: { ending: 'given-back' },
      effects: [{ type: 'record-cancelled', tries: 1 }],
    });
    const again = nextSale(reversing, { type: 'reversal-answered', answer: { kind: 'declined' } });
    expect(again.effects).toEqual([{ type: 'reverse', tries: 2 }]);
    expect(nextSale(again.state, { type: 'reversal-answered', answer: { kind: 'declined' } })).toMatchObject({
      state: { ending: 'money-owed' },
      effects: [{ type: 'open-case', kind: 'refund-failed' }],
    });
  });

  it('[SA11] undoes the payment of a sale that cannot be recorded', () => {
    expect(run([...toCaptured, { type: 'record-failed' }]).effects).toEqual([{ type: 'reverse', tries: 1 }]);
  });
});

describe('card', () => {
  it('[SA12] takes a forgotten card into the bin and opens a case', () => {
    expect(run([...toMouth, { type: 'not-taken' }])).toEqual({
      state: { name: 'ended', ending: 'card-owed', why: 'card not taken' },
      effects: [{ type: 'capture-card' }, { type: 'open-case', kind: 'hand-over-card' }],
    });
  });

  it('[SA13] asks a dispenser that cannot tell three times, then opens a case', () => {
    let step = run(toMouth);
    for (let time = 0; time < mouthLookUpLimit; time++) {
      step = nextSale(step.state, { type: 'mouth-unknown' });
      expect(step.effects).toMatchObject([{ type: 'ask-again-in' }]);
      step = nextSale(step.state, { type: 'time-to-ask-again' });
      expect(step.effects).toEqual([{ type: 'wait-taken' }]);
    }
    expect(nextSale(step.state, { type: 'mouth-unknown' })).toMatchObject({ state: { ending: 'card-owed' } });
  });
});

describe('interruption', () => {
  it('[SA14] ends with nothing taken before payment', () => {
    expect(resumeSale(startSale().state).state).toMatchObject({ ending: 'not-charged' });
    expect(resumeSale({ name: 'not-paid', attempt: 1, why: 'declined', cardsTried: 1 }).state).toMatchObject({
      ending: 'not-charged',
    });
  });

  it('[SA15] asks the terminal first when it was interrupted while paying', () => {
    expect(resumeSale({ name: 'authorising', attempt: 2, cardsTried: 1 }).effects).toEqual([
      { type: 'look-up-payment', attempt: 2 },
    ]);
  });

  it('[SA16] looks for the card after payment and goes on from where it lies', () => {
    const resumed = resumeSale(run(toMouth).state);
    expect(resumed.effects).toEqual([{ type: 'locate-card' }]);
    const found = (place: 'encoder' | 'mouth' | 'none') =>
      nextSale(resumed.state, { type: 'card-located', place });
    expect(found('encoder').effects).toEqual([{ type: 'write-grant' }]);
    expect(found('mouth').effects).toEqual([{ type: 'wait-taken' }]);
    expect(found('none').state).toMatchObject({ ending: 'served' });
  });
});

/** Every state that any order of inputs and interruptions can lead to, with what has been done on the way. */
interface Walk {
  readonly step: SaleStep;
  readonly recorded: boolean;
  readonly money: 'none' | 'maybe' | 'taken' | 'given-back';
}

function walk(): Map<string, Walk> {
  const seen = new Map<string, Walk>();
  const open: Walk[] = [{ step: startSale(), recorded: false, money: 'none' }];
  for (let current = open.pop(); current; current = open.pop()) {
    const { step, recorded, money } = current;
    const key = JSON.stringify([step.state, recorded, money, step.effects.map((effect) => effect.type)]);
    if (seen.has(key)) continue;
    seen.set(key, current);
    for (const input of everyInput) {
      const next = nextSale(step.state, input);
      if (next.state === step.state && next.effects.length === 0) continue;
      open.push({
        step: next,
        recorded: recorded || input.type === 'recorded',
        money: moneyAfter(money, input),
      });
    }
    const resumed = resumeSale(step.state);
    open.push({ step: resumed, recorded, money: step.state.name === 'authorising' ? 'maybe' : money });
  }
  return seen;
}

function moneyAfter(money: Walk['money'], input: SaleInput): Walk['money'] {
  if (input.type === 'payment-answered' || input.type === 'payment-looked-up') {
    if (input.answer.kind === 'captured') return 'taken';
    if (input.answer.kind === 'in-doubt' || input.type === 'payment-looked-up') {
      return input.answer.kind === 'declined' ||
        input.answer.kind === 'cancelled' ||
        input.answer.kind === 'timed-out'
        ? 'none'
        : 'maybe';
    }
    return 'none';
  }
  if (input.type === 'reversal-answered' || input.type === 'reversal-looked-up') {
    return input.answer.kind === 'captured' ? 'given-back' : money;
  }
  return money;
}

describe('every reachable state', () => {
  const walks = [...walk().values()];
  const effectsOf = (type: SaleEffect['type']) =>
    walks.filter(({ step }) => step.effects.some((effect) => effect.type === type));

  it('is finite and worth walking', () => {
    expect(walks.length).toBeGreaterThan(100);
  });

  it('[I10] never charges while an earlier payment may have been taken', () => {
    expect(effectsOf('authorise').filter(({ money }) => money !== 'none')).toEqual([]);
  });

  it('[I6] [SA4] never writes a grant before the sale is recorded', () => {
    expect(effectsOf('write-grant').filter(({ recorded }) => !recorded)).toEqual([]);
  });

  it('[I2] ends with money kept only when the card was handed over or a case is open', () => {
    for (const { step, money } of walks) {
      if (step.state.name !== 'ended') continue;
      if (money === 'taken') expect(['served', 'card-owed', 'money-owed']).toContain(step.state.ending);
      if (money === 'maybe') expect(step.state.ending).toBe('in-doubt');
      if (money === 'none') expect(step.state.ending).toBe('not-charged');
      if (money === 'given-back') expect(step.state.ending).toBe('given-back');
    }
  });

  it('[SA12] opens a case exactly with the endings that owe something', () => {
    for (const { step } of walks) {
      if (step.state.name !== 'ended' || step.effects.length === 0) continue;
      const owes = ['card-owed', 'money-owed', 'in-doubt'].includes(step.state.ending);
      expect(step.effects.some((effect) => effect.type === 'open-case')).toBe(owes);
    }
  });

  it('[SA17] answers every input in every state, and ignores what does not belong', () => {
    for (const { step } of walks) {
      for (const input of everyInput) expect(nextSale(step.state, input).state.name).toBeTypeOf('string');
    }
    const { state } = run(toMouth);
    expect(nextSale(state, { type: 'pay-again' })).toEqual({ state, effects: [] });
  });

  it('can only be left while nothing may have been taken', () => {
    expect(mustNotBeLeft(run([{ type: 'card-staged' }]).state)).toBe(true);
    expect(mustNotBeLeft(run([{ type: 'card-staged' }, payment({ kind: 'declined' })]).state)).toBe(false);
    expect(mustNotBeLeft({ name: 'preparing-card', cardsTried: 2, paid })).toBe(true);
  });
});
