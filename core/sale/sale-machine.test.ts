import { describe, expect, it } from 'vitest';
import {
  cardsTriedLimit,
  mouthLookUpLimit,
  mustNotBeLeft,
  nextSale as nextOf,
  paymentAttemptLimit,
  paymentLookUpLimit,
  recordTryLimit,
  resumeSale as resumeOf,
  startSale as startOf,
} from './sale-machine.ts';
import {
  isRecordEffect,
  type PaymentAnswer,
  type SaleEffect,
  type SaleInput,
  type SaleShape,
  type SaleState,
  type SaleStep,
} from './sale-state.ts';

const card: SaleShape = { goods: 'card', money: 'in' };
const shapes: readonly SaleShape[] = [
  card,
  { goods: 'ticket', money: 'in' },
  { goods: 'none', money: 'in' },
  { goods: 'none', money: 'in', renews: 'card' },
  { goods: 'none', money: 'out' },
  { goods: 'card', money: 'none' },
  { goods: 'ticket', money: 'none' },
  { goods: 'bridge', money: 'in' },
  { goods: 'bridge', money: 'none' },
];
const startSale = () => startOf(card);
const nextSale = (state: SaleState, input: SaleInput) => nextOf(card, state, input);
const resumeSale = (state: SaleState) => resumeOf(card, state, true);

const slip = {
  maskedPan: '************4869',
  scheme: 'CB',
  authorisation: '664765',
  applicationId: null,
  contactless: true,
  terminalContract: null,
  terminalReceipt: null,
  offline: null,
};
const captured: PaymentAnswer = { kind: 'captured', slip };
const held: PaymentAnswer = { kind: 'held', slip };
const declined: PaymentAnswer = { kind: 'declined', reason: 'refused' };
const paid = { slip, attempt: 1, held: false, customerGone: false };

const answers: readonly PaymentAnswer[] = [
  captured,
  held,
  declined,
  { kind: 'declined', reason: 'not-found' },
  ...(['cancelled', 'timed-out', 'busy', 'out-of-order', 'not-sent', 'in-doubt', 'cannot-tell'] as const).map(
    (kind) => ({ kind }),
  ),
];

const everyInput: readonly SaleInput[] = [
  { type: 'card-staged' },
  { type: 'card-failed', why: 'jam' },
  ...answers.map((answer) => ({ type: 'payment-answered', answer }) as const),
  ...answers.map((answer) => ({ type: 'payment-looked-up', answer }) as const),
  ...answers.map((answer) => ({ type: 'completion-answered', answer }) as const),
  { type: 'recorded' },
  { type: 'record-failed' },
  { type: 'ticket-handed', onPaper: true },
  { type: 'ticket-handed', onPaper: false },
  { type: 'card-renewed' },
  { type: 'card-not-renewed' },
  ...(['back', 'gone', 'unknown'] as const).map((where) => ({ type: 'withdrawn', card: where }) as const),
  { type: 'grant-written' },
  { type: 'grant-failed' },
  { type: 'presented' },
  { type: 'present-failed' },
  { type: 'taken' },
  { type: 'not-taken' },
  { type: 'taken-back' },
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

const through = (shape: SaleShape, inputs: readonly SaleInput[]) =>
  inputs.reduce((step, input) => nextOf(shape, step.state, input), startOf(shape));

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
    expect(nextSale(second.state, { type: 'grant-failed' }).effects).toEqual([
      { type: 'reverse', tries: 1, attempt: 1, slip },
    ]);
  });

  it('[SA5] binds a second card after payment also where one failed before it', () => {
    const failed = run([
      { type: 'card-failed', why: 'mute' },
      ...toCaptured,
      { type: 'recorded' },
      { type: 'grant-failed' },
    ]);
    expect(failed.effects).toEqual([{ type: 'stage-card', discardFirst: true }]);
  });
});

describe('money', () => {
  it('[SA2] [SA7] lets the customer try again with a new reference, at most five times', () => {
    let step = run([{ type: 'card-staged' }]);
    for (let attempt = 1; attempt <= paymentAttemptLimit; attempt++) {
      expect(step.effects).toEqual([{ type: 'authorise', attempt }]);
      step = nextSale(step.state, payment(declined));
      expect(step.state).toMatchObject({ name: 'not-paid', why: 'declined' });
      step = nextSale(step.state, { type: 'pay-again' });
    }
    expect(step.state).toMatchObject({ name: 'ended', ending: 'not-charged' });
  });

  it('[SA8] asks the terminal when in doubt, and goes on when the money was taken', () => {
    const doubt = run([{ type: 'card-staged' }, payment({ kind: 'in-doubt' })]);
    expect(doubt.effects).toEqual([{ type: 'look-up-payment', attempt: 1, slip: null }]);
    expect(nextSale(doubt.state, { type: 'payment-looked-up', answer: captured }).effects).toEqual([
      { type: 'record-sale', slip, attempt: 1 },
    ]);
    expect(nextSale(doubt.state, { type: 'payment-looked-up', answer: declined }).state).toMatchObject({
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
    expect(lookUps).toBe(paymentLookUpLimit);
    expect(step).toEqual({
      state: { name: 'ended', ending: 'in-doubt', why: 'the terminal could not tell' },
      effects: [{ type: 'open-case', kind: 'payment-in-doubt' }],
    });
  });

  it('[SA10] records an undone payment as a cancellation, and opens a case when it cannot be undone', () => {
    const reversing: SaleState = { name: 'reversing', paid, tries: 1, recorded: true, grant: 'none' };
    expect(nextSale(reversing, { type: 'reversal-answered', answer: captured })).toMatchObject({
      state: { ending: 'given-back' },
      effects: [{ type: 'record-cancelled', tries: 1 }],
    });
    const again = nextSale(reversing, { type: 'reversal-answered', answer: declined });
    expect(again.effects).toEqual([{ type: 'reverse', tries: 2, attempt: 1, slip }]);
    expect(nextSale(again.state, { type: 'reversal-answered', answer: declined })).toMatchObject({
      state: { ending: 'money-owed' },
      effects: [{ type: 'open-case', kind: 'refund-failed' }],
    });
  });

  it('[SA11] tries again to record what was paid, and undoes the payment when that never works', () => {
    let step = run(toCaptured);
    for (let time = 1; time < recordTryLimit; time++) {
      step = nextSale(step.state, { type: 'record-failed' });
      expect(step.effects).toMatchObject([{ type: 'ask-again-in' }]);
      step = nextSale(step.state, { type: 'time-to-ask-again' });
      expect(step.effects).toMatchObject([{ type: 'record-sale' }]);
    }
    const undone = nextSale(step.state, { type: 'record-failed' });
    expect(undone.effects).toMatchObject([{ type: 'reverse', tries: 1 }]);
    expect(nextSale(undone.state, { type: 'reversal-answered', answer: captured }).state).toMatchObject({
      ending: 'given-back',
    });
  });

  it('[SA9] opens a case at once where the terminal cannot be asked', () => {
    const doubt = run([{ type: 'card-staged' }, payment({ kind: 'in-doubt' })]);
    expect(
      nextSale(doubt.state, { type: 'payment-looked-up', answer: { kind: 'cannot-tell' } }),
    ).toMatchObject({
      state: { ending: 'in-doubt' },
      effects: [{ type: 'open-case', kind: 'payment-in-doubt' }],
    });
  });
});

describe('a terminal that can hold', () => {
  const toHeld: readonly SaleInput[] = [{ type: 'card-staged' }, payment(held)];
  const toCompleting: readonly SaleInput[] = [...toHeld, { type: 'grant-written' }, { type: 'presented' }];
  const completion = (answer: PaymentAnswer): SaleInput => ({ type: 'completion-answered', answer });

  it('[SA18] books when the card is out, records, and then waits for the card to be taken', () => {
    expect(run(toHeld).effects).toEqual([{ type: 'write-grant' }]);
    expect(run(toCompleting).effects).toEqual([{ type: 'complete-payment', attempt: 1, slip }]);
    expect(run([...toCompleting, completion(captured)]).effects).toMatchObject([{ type: 'record-sale' }]);
    expect(run([...toCompleting, completion(captured), { type: 'recorded' }]).effects).toEqual([
      { type: 'wait-taken' },
    ]);
  });

  it('[SA18] lets go of the money when no card can be made, and nothing was charged', () => {
    const failed: SaleInput = { type: 'grant-failed' };
    const undone = run([...toHeld, failed, { type: 'card-staged' }, failed]);
    expect(undone.effects).toMatchObject([{ type: 'reverse' }]);
    const withdrawing = nextSale(undone.state, { type: 'reversal-answered', answer: captured });
    expect(withdrawing.effects).toEqual([{ type: 'withdraw-card', wasOut: false }]);
    expect(nextSale(withdrawing.state, { type: 'withdrawn', card: 'back' })).toMatchObject({
      state: { ending: 'not-charged' },
      effects: [{ type: 'block-credential' }],
    });
  });

  it('[SA19] [I6] takes a card back that was not booked, and blocks it where it cannot', () => {
    const withdrawing = run([...toCompleting, completion({ kind: 'declined', reason: 'not-found' })]);
    expect(withdrawing.effects).toEqual([{ type: 'withdraw-card', wasOut: true }]);
    expect(nextSale(withdrawing.state, { type: 'withdrawn', card: 'back' }).state).toMatchObject({
      ending: 'not-charged',
    });
    expect(nextSale(withdrawing.state, { type: 'withdrawn', card: 'gone' })).toMatchObject({
      state: { ending: 'card-out' },
      effects: [{ type: 'block-credential' }, { type: 'open-case', kind: 'card-out-unpaid' }],
    });
  });

  it('[SA20] [I10] settles a booking whose answer was lost by asking', () => {
    const doubt = run([...toCompleting, completion({ kind: 'in-doubt' })]);
    expect(doubt.effects).toEqual([{ type: 'look-up-payment', attempt: 1, slip }]);
    expect(nextSale(doubt.state, { type: 'payment-looked-up', answer: captured }).effects).toMatchObject([
      { type: 'record-sale' },
    ]);
  });

  it('[SA20] asks what became of a held payment first of all after an interruption', () => {
    for (const inputs of [toHeld, [...toHeld, { type: 'grant-written' }] as const, toCompleting]) {
      expect(resumeSale(run(inputs).state).effects).toEqual([{ type: 'look-up-payment', attempt: 1, slip }]);
    }
  });
});

describe('a product that needs fewer steps', () => {
  const ticket: SaleShape = { goods: 'ticket', money: 'in' };
  const none: SaleShape = { goods: 'none', money: 'in' };
  const refund: SaleShape = { goods: 'none', money: 'out' };
  const freeCard: SaleShape = { goods: 'card', money: 'none' };

  it('[SA21] sells a day entry without a card, and hands over a ticket once it is recorded', () => {
    expect(startOf(ticket).effects).toEqual([{ type: 'authorise', attempt: 1 }]);
    expect(through(ticket, [payment(captured), { type: 'recorded' }]).effects).toEqual([
      { type: 'hand-ticket' },
    ]);
    expect(
      through(ticket, [payment(captured), { type: 'recorded' }, { type: 'ticket-handed', onPaper: false }])
        .state,
    ).toMatchObject({ ending: 'served' });
  });

  it('[SA21] takes a renewal or a debt with nothing to hand over, booked at once where it was held', () => {
    expect(through(none, [payment(captured), { type: 'recorded' }]).state).toMatchObject({
      ending: 'served',
    });
    expect(through(none, [payment(held)]).effects).toMatchObject([{ type: 'complete-payment' }]);
  });

  it('[SA22] gives money back as a sale of its own, and never asks it back', () => {
    expect(through(refund, [payment(captured), { type: 'recorded' }]).state).toMatchObject({
      ending: 'served',
    });
    let step = through(refund, [payment(captured)]);
    for (let time = 1; time < recordTryLimit; time++) {
      step = nextOf(refund, nextOf(refund, step.state, { type: 'record-failed' }).state, {
        type: 'time-to-ask-again',
      });
    }
    expect(nextOf(refund, step.state, { type: 'record-failed' })).toMatchObject({
      state: { ending: 'in-doubt' },
      effects: [{ type: 'open-case', kind: 'refund-in-doubt' }],
    });
  });

  it('[SA22] [SA9] opens a case of its own when nobody knows whether money was given back', () => {
    expect(through(refund, [payment({ kind: 'cannot-tell' })])).toMatchObject({
      state: { ending: 'in-doubt' },
      effects: [{ type: 'open-case', kind: 'refund-in-doubt' }],
    });
  });

  it('[SA60] [I6] hands over what was paid elsewhere, or is free, without asking a terminal: proven, recorded, then granted', () => {
    expect(startOf(freeCard).effects).toEqual([{ type: 'stage-card', discardFirst: false }]);
    expect(through(freeCard, [{ type: 'card-staged' }]).effects).toEqual([
      { type: 'record-sale', slip: null, attempt: 0 },
    ]);
    expect(through(freeCard, [{ type: 'card-staged' }, { type: 'recorded' }]).effects).toEqual([
      { type: 'write-grant' },
    ]);
    expect(startOf({ goods: 'ticket', money: 'none' }).effects).toMatchObject([{ type: 'record-sale' }]);
  });

  it('[SA61] owes a card that cannot be made, and owes nothing that could not be recorded', () => {
    const failed: SaleInput = { type: 'grant-failed' };
    const recorded: readonly SaleInput[] = [{ type: 'card-staged' }, { type: 'recorded' }];
    expect(through(freeCard, [...recorded, failed, { type: 'card-staged' }, failed])).toMatchObject({
      state: { ending: 'card-owed' },
      effects: [{ type: 'open-case', kind: 'hand-over-card' }],
    });
    let step = through(freeCard, [{ type: 'card-staged' }]);
    for (let time = 1; time < recordTryLimit; time++) {
      step = nextOf(freeCard, nextOf(freeCard, step.state, { type: 'record-failed' }).state, {
        type: 'time-to-ask-again',
      });
    }
    expect(nextOf(freeCard, step.state, { type: 'record-failed' })).toMatchObject({
      state: { ending: 'not-charged' },
      effects: [],
    });
  });
});

describe('card', () => {
  it('[SA12] takes a forgotten card into the bin and opens a case', () => {
    expect(run([...toMouth, { type: 'not-taken' }]).effects).toEqual([{ type: 'capture-card' }]);
    expect(run([...toMouth, { type: 'not-taken' }, { type: 'taken-back' }])).toEqual({
      state: { name: 'ended', ending: 'card-owed', why: 'card not taken' },
      effects: [{ type: 'open-case', kind: 'hand-over-card' }],
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
    expect(
      resumeSale({ name: 'not-paid', attempt: 1, why: 'declined', reason: 'refused', cardsTried: 1 }).state,
    ).toMatchObject({
      ending: 'not-charged',
    });
  });

  it('[SA15] asks the terminal first when it was interrupted while paying', () => {
    expect(resumeSale({ name: 'authorising', attempt: 2, cardsTried: 1 }).effects).toEqual([
      { type: 'look-up-payment', attempt: 2, slip: null },
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

describe('a member’s ticket, where no card is handed out', () => {
  const bridge: SaleShape = { goods: 'bridge', money: 'in' };
  const handed = (onPaper: boolean) =>
    through(bridge, [payment(captured), { type: 'recorded' }, { type: 'ticket-handed', onPaper }]);

  it('[SA79] comes after money and books, and no card is fed before', () => {
    expect(startOf(bridge).effects).toEqual([{ type: 'authorise', attempt: 1 }]);
    expect(through(bridge, [payment(captured)]).effects).toMatchObject([{ type: 'record-sale' }]);
    expect(through(bridge, [payment(captured), { type: 'recorded' }]).effects).toEqual([
      { type: 'hand-ticket' },
    ]);
  });

  it('[SA80] stays on the screen until its holder has it, printed or not', () => {
    for (const onPaper of [true, false]) {
      expect(handed(onPaper).effects).toEqual([{ type: 'show-ticket' }]);
      expect(nextOf(bridge, handed(onPaper).state, { type: 'taken' }).state).toMatchObject({
        ending: 'served',
      });
    }
  });

  it('[SA81] [I2] is owed, with a case, where it is on no paper and nobody answers', () => {
    const left = (onPaper: boolean) => nextOf(bridge, handed(onPaper).state, { type: 'not-taken' });
    expect(left(true)).toMatchObject({ state: { ending: 'served' }, effects: [] });
    expect(left(false)).toMatchObject({
      state: { ending: 'card-owed' },
      effects: [{ type: 'open-case', kind: 'hand-over-card' }],
    });
  });

  it('[SA82] is printed and shown again after a power cut, and to nobody once the customer may be gone', () => {
    const recorded = through(bridge, [payment(captured), { type: 'recorded' }]).state;
    expect(resumeOf(bridge, recorded, true).effects).toEqual([{ type: 'hand-ticket' }]);
    expect(resumeOf(bridge, handed(false).state, true).effects).toEqual([{ type: 'show-ticket' }]);
    for (const state of [recorded, handed(false).state]) {
      expect(resumeOf(bridge, state, false)).toMatchObject({
        state: { ending: 'card-owed' },
        effects: [{ type: 'open-case', kind: 'hand-over-card' }],
      });
    }
    expect(resumeOf(bridge, handed(true).state, false)).toMatchObject({ state: { ending: 'served' } });
  });
});

describe('a customer who may be gone', () => {
  const late = (state: SaleState) => resumeOf(card, state, false);

  it('[SA24] is handed nothing: the card goes to the bin, and is owed', () => {
    const resumed = late(run(toMouth).state);
    expect(resumed.effects).toEqual([{ type: 'locate-card' }]);
    const found = nextSale(resumed.state, { type: 'card-located', place: 'mouth' });
    expect(found.effects).toEqual([{ type: 'capture-card' }]);
    expect(nextSale(found.state, { type: 'taken-back' })).toMatchObject({
      state: { ending: 'card-owed' },
      effects: [{ type: 'open-case', kind: 'hand-over-card' }],
    });
    expect(nextSale(resumed.state, { type: 'card-located', place: 'none' }).state).toMatchObject({
      ending: 'served',
    });
  });

  it('[SA24] is not asked to pay again, and what was taken meanwhile is recorded and owed', () => {
    const asked = late({ name: 'authorising', attempt: 1, cardsTried: 1 });
    expect(nextSale(asked.state, { type: 'payment-looked-up', answer: declined }).state).toMatchObject({
      ending: 'not-charged',
    });
    const taken = nextSale(asked.state, { type: 'payment-looked-up', answer: captured });
    expect(taken.effects).toMatchObject([{ type: 'record-sale' }]);
    expect(nextSale(taken.state, { type: 'recorded' }).effects).toEqual([{ type: 'capture-card' }]);
  });

  it('[SA24] has what was held let go', () => {
    const asked = late(run([{ type: 'card-staged' }, payment(held), { type: 'grant-written' }]).state);
    expect(nextSale(asked.state, { type: 'payment-looked-up', answer: held }).effects).toMatchObject([
      { type: 'reverse' },
    ]);
  });
});

/** Every state that any order of inputs and interruptions can lead to, with what has been done on the way. */
interface Walk {
  readonly step: SaleStep;
  readonly recorded: boolean;
  readonly money: 'none' | 'maybe' | 'held' | 'taken' | 'given-back';
}

function walk(shape: SaleShape): Walk[] {
  const seen = new Map<string, Walk>();
  const open: Walk[] = [{ step: startOf(shape), recorded: false, money: 'none' }];
  for (let current = open.pop(); current; current = open.pop()) {
    const { step, recorded, money } = current;
    const key = JSON.stringify([step.state, recorded, money, step.effects.map((effect) => effect.type)]);
    if (seen.has(key)) continue;
    seen.set(key, current);
    for (const input of everyInput) {
      const next = nextOf(shape, step.state, input);
      if (next.state === step.state && next.effects.length === 0) continue;
      open.push({
        step: next,
        recorded: recorded || input.type === 'recorded',
        money: moneyAfter(money, input),
      });
    }
    for (const customerThere of [true, false]) {
      const resumed = resumeOf(shape, step.state, customerThere);
      open.push({ step: resumed, recorded, money: step.state.name === 'authorising' ? 'maybe' : money });
    }
  }
  return [...seen.values()];
}

/** What is known of the money once the terminal has said something of it. */
function moneyAfter(money: Walk['money'], input: SaleInput): Walk['money'] {
  if (!('answer' in input)) return money;
  const { kind } = input.answer;
  const isUndoing = input.type === 'reversal-answered' || input.type === 'reversal-looked-up';
  if (isUndoing) {
    if (kind === 'captured') return money === 'held' ? 'none' : 'given-back';
    const nothingHeld =
      money === 'held' && input.answer.kind === 'declined' && input.answer.reason === 'not-found';
    return nothingHeld ? 'none' : money;
  }
  if (kind === 'captured') return 'taken';
  if (kind === 'held') return 'held';
  if (kind === 'declined' || kind === 'cancelled' || kind === 'timed-out') return 'none';
  if (input.type === 'payment-answered' && kind !== 'in-doubt' && kind !== 'cannot-tell') return 'none';
  return money === 'held' && input.type !== 'payment-answered' ? 'held' : 'maybe';
}

describe.each(shapes)('every reachable state of goods $goods, money $money', (shape) => {
  const walks = walk(shape);
  const effectsOf = (type: SaleEffect['type']) =>
    walks.filter(({ step }) => step.effects.some((effect) => effect.type === type));
  const owing = ['card-owed', 'money-owed', 'in-doubt', 'card-out'];

  const free = shape.money === 'none';

  it('is finite and worth walking', () => {
    expect(walks.length).toBeGreaterThan(free ? (shape.goods === 'card' ? 40 : 15) : 60);
  });

  it('[SA60] asks the terminal for something exactly where there is something to pay', () => {
    const asked = (['authorise', 'complete-payment', 'reverse', 'look-up-payment'] as const).flatMap((type) =>
      effectsOf(type),
    );
    expect(asked.length === 0).toBe(free);
  });

  it('[I10] never charges while an earlier payment may have been taken', () => {
    expect(effectsOf('authorise').filter(({ money }) => money !== 'none')).toEqual([]);
  });

  it('[I6] [SA4] [SA18] never writes a grant before the sale is recorded or the money is held', () => {
    expect(effectsOf('write-grant').filter(({ recorded, money }) => !recorded && money !== 'held')).toEqual(
      [],
    );
  });

  it('[SA78] [I6] writes on the card of a member only what is recorded, and owes nothing of it', () => {
    expect(effectsOf('renew-card').length > 0).toBe('renews' in shape);
    for (const { step, recorded } of effectsOf('renew-card')) {
      expect(recorded).toBe(true);
      for (const input of [{ type: 'card-renewed' }, { type: 'card-not-renewed' }] as const) {
        expect(nextOf(shape, step.state, input)).toMatchObject({ state: { ending: 'served' }, effects: [] });
      }
      expect(resumeOf(shape, step.state, true)).toMatchObject({ state: { ending: 'served' }, effects: [] });
    }
  });

  it('[I1] [SA3] records a sale only when the terminal has said that the money was taken', () => {
    expect(effectsOf('record-sale').filter(({ money }) => money !== (free ? 'none' : 'taken'))).toEqual([]);
  });

  it('[SA18] books only what is held', () => {
    expect(effectsOf('complete-payment').filter(({ money }) => money !== 'held')).toEqual([]);
  });

  it('[I2] ends with money kept only when the goods were handed over or a case is open', () => {
    for (const { step, money } of walks) {
      if (step.state.name !== 'ended') continue;
      const { ending } = step.state;
      if (money === 'taken') expect(['served', 'card-owed', 'money-owed', 'in-doubt']).toContain(ending);
      if (money === 'maybe' || money === 'held') expect(['in-doubt', 'money-owed']).toContain(ending);
      if (money === 'none') {
        const expected = free ? ['served', 'card-owed', 'not-charged'] : ['not-charged', 'card-out'];
        expect(expected).toContain(ending);
      }
      if (money === 'given-back') expect(['given-back', 'card-out']).toContain(ending);
    }
  });

  it('[SA61] [I1] says served or owed only of what was recorded', () => {
    for (const { step, recorded } of walks) {
      if (step.state.name !== 'ended' || !['served', 'card-owed'].includes(step.state.ending)) continue;
      expect(recorded).toBe(true);
    }
  });

  it('[SA12] opens a case exactly with the endings that owe something', () => {
    for (const { step } of walks) {
      if (step.state.name !== 'ended' || step.effects.length === 0) continue;
      expect(step.effects.some((effect) => effect.type === 'open-case')).toBe(
        owing.includes(step.state.ending),
      );
    }
  });

  it('[SA17] answers every input in every state, and ignores what does not belong', () => {
    for (const { step } of walks) {
      for (const input of everyInput)
        expect(nextOf(shape, step.state, input).state.name).toBeTypeOf('string');
      if (step.state.name !== 'not-paid') {
        expect(nextOf(shape, step.state, { type: 'pay-again' })).toEqual({ state: step.state, effects: [] });
      }
    }
  });

  it('[SA23] ends with nothing left to do but what the same transaction writes into the books', () => {
    for (const { step } of walks) {
      if (step.state.name === 'ended')
        expect(step.effects.filter((effect) => !isRecordEffect(effect))).toEqual([]);
    }
  });

  it('[SA21] moves no card where none is sold', () => {
    const cardMoves = ['stage-card', 'write-grant', 'present-card', 'capture-card', 'withdraw-card'] as const;
    const moved = cardMoves.flatMap((type) => effectsOf(type));
    expect(moved.length > 0).toBe(shape.goods === 'card');
  });
});

describe('leaving', () => {
  it('is possible only while nothing may have been taken', () => {
    expect(mustNotBeLeft(run([{ type: 'card-staged' }]).state)).toBe(true);
    expect(mustNotBeLeft(run([{ type: 'card-staged' }, payment(declined)]).state)).toBe(false);
    expect(mustNotBeLeft({ name: 'preparing-card', cardsTried: 2, paid })).toBe(true);
  });
});
