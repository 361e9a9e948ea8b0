import { invariant } from '../base/invariant.ts';
import type {
  CaseKind,
  LooseGrant,
  NotPaidReason,
  Paid,
  PaymentAnswer,
  PaymentSlip,
  SaleEffect,
  SaleEnding,
  SaleInput,
  SaleShape,
  SaleState,
  SaleStateOf,
  SaleStep,
} from './sale-state.ts';

/**
 * The machine of a visit that ends in money. Pure: devices are effects that go out and inputs that come back; rules and
 * their numbers are in SPEC.md. What each effect does is the edge's business, what follows from its answer is decided here.
 */

export const cardsTriedLimit = 2;
export const paymentAttemptLimit = 5;
/** Long enough for a terminal that waits out its own minute for a card before it tells what became of it. */
export const paymentLookUpLimit = 14;
export const lookUpLimit = 7;
export const reversalTryLimit = 2;
export const mouthLookUpLimit = 3;
export const recordTryLimit = 12;
export const askAgainMs = 5_000;

export function startSale(shape: SaleShape): SaleStep {
  if (shape.goods !== 'card') return shape.money === 'none' ? record(recordingFree(0)) : authorise(1, 0);
  return to(
    { name: 'preparing-card', cardsTried: 1, paid: null },
    { type: 'stage-card', discardFirst: false },
  );
}

export function nextSale(shape: SaleShape, state: SaleState, input: SaleInput): SaleStep {
  switch (state.name) {
    case 'preparing-card':
      return preparingCard(shape, state, input);
    case 'authorising':
      return input.type === 'payment-answered'
        ? paymentAnswered(shape, state, input.answer, false)
        : stay(state);
    case 'checking-payment':
      return checkingPayment(shape, state, input);
    case 'not-paid':
      return notPaid(state, input);
    case 'recording':
      return recording(shape, state, input);
    case 'writing-grant':
      if (input.type === 'grant-written')
        return to({ ...state, name: 'presenting' }, { type: 'present-card' });
      if (input.type === 'grant-failed') return anotherCard(state.paid, state.cardsTried);
      return stay(state);
    case 'presenting':
      if (input.type === 'presented') return presented(state.paid);
      if (input.type === 'present-failed') return anotherCard(state.paid, state.cardsTried);
      return stay(state);
    case 'completing':
      return input.type === 'completion-answered'
        ? completionAnswered(shape, state, input.answer)
        : stay(state);
    case 'checking-completion':
      return checkingCompletion(shape, state, input);
    case 'renewing-card':
      if (input.type === 'card-renewed') return end('served', 'paid, and written on the card');
      return input.type === 'card-not-renewed' ? end('served', 'paid') : stay(state);
    case 'handing-ticket':
      return input.type === 'ticket-handed' ? ticketHanded(shape, state.paid, input.onPaper) : stay(state);
    case 'showing-ticket':
      if (input.type === 'taken') return end('served', 'the customer has the ticket or the pass');
      return input.type === 'not-taken' ? ticketLeft(state) : stay(state);
    case 'at-mouth':
      return atMouth(state, input);
    case 'taking-back':
      return input.type === 'taken-back' ? handOverOwed('card not taken') : stay(state);
    case 'locating-card':
      return locatingCard(state, input);
    case 'withdrawing':
      return input.type === 'withdrawn' ? withdrawn(state, input.card) : stay(state);
    case 'reversing':
      return input.type === 'reversal-answered' ? reversalAnswered(state, input.answer) : stay(state);
    case 'checking-reversal':
      return checkingReversal(state, input);
    case 'ended':
      return stay(state);
  }
}

/**
 * SA14 to SA16, SA20, SA24: what an edge does first with a sale that it finds unfinished at its start. `customerThere` is
 * false when so much time has passed that somebody else may stand in front of the kiosk.
 */
export function resumeSale(shape: SaleShape, state: SaleState, customerThere: boolean): SaleStep {
  const known = 'paid' in state && state.paid ? withCustomer(state, state.paid, customerThere) : state;
  return resumed(shape, known, customerThere);
}

function withCustomer<State extends SaleState>(state: State, paid: Paid, there: boolean): State {
  return { ...state, paid: { ...paid, customerGone: paid.customerGone || !there } };
}

function resumed(shape: SaleShape, state: SaleState, customerThere: boolean): SaleStep {
  switch (state.name) {
    case 'preparing-card':
      if (!state.paid) return end('not-charged', 'interrupted before payment');
      if (state.paid.held) return askWhetherBooked(state.paid, 'inside', false);
      if (state.paid.customerGone) return takeBack(state.paid);
      return to(state, { type: 'stage-card', discardFirst: true });
    case 'not-paid':
      return end('not-charged', 'interrupted before payment');
    case 'authorising':
    case 'checking-payment':
      return lookUp({
        attempt: state.attempt,
        cardsTried: state.cardsTried,
        customerGone: !customerThere || ('customerGone' in state && state.customerGone),
        queries: 1,
      });
    case 'recording':
      return record({ ...state, tries: 1 });
    case 'writing-grant':
      if (state.paid.held) return askWhetherBooked(state.paid, 'inside', false);
      return locate(state.paid, state.cardsTried, false);
    case 'presenting':
      if (state.paid.held) return askWhetherBooked(state.paid, 'out', false);
      return locate(state.paid, state.cardsTried, true);
    case 'completing':
      return askWhetherBooked(state.paid, state.grant, false);
    case 'checking-completion':
      return askWhetherBooked(state.paid, state.grant, state.release);
    case 'renewing-card':
      return end('served', 'paid');
    case 'handing-ticket':
      if (state.paid.customerGone) return ticketOwed(shape, state.paid);
      return to(state, { type: 'hand-ticket' });
    case 'showing-ticket':
      return state.paid.customerGone ? ticketLeft(state) : to(state, { type: 'show-ticket' });
    case 'at-mouth':
      return locate(state.paid, cardsTriedLimit, true);
    case 'taking-back':
      return takeBack(state.paid);
    case 'locating-card':
      return to(state, { type: 'locate-card' });
    case 'withdrawing':
      return to(state, { type: 'withdraw-card', wasOut: state.grant === 'out' });
    case 'reversing':
      if (state.paid.held) return askWhetherBooked(state.paid, state.grant, true);
      return askWhetherReversed(state, 1);
    case 'checking-reversal':
      return askWhetherReversed(state, 1);
    case 'ended':
      return stay(state);
  }
}

/** True from the moment money may have been taken until the customer has what was paid for, or it is settled. */
export function mustNotBeLeft(state: SaleState): boolean {
  return (
    !['not-paid', 'ended', 'preparing-card'].includes(state.name) || ('paid' in state && state.paid !== null)
  );
}

function to(state: SaleState, ...effects: SaleEffect[]): SaleStep {
  return { state, effects };
}

function stay(state: SaleState): SaleStep {
  return { state, effects: [] };
}

function end(ending: SaleEnding, why: string, ...effects: SaleEffect[]): SaleStep {
  return { state: { name: 'ended', ending, why }, effects };
}

function openCase(kind: CaseKind): SaleEffect {
  return { type: 'open-case', kind };
}

function askAgain(state: SaleState): SaleStep {
  return to(state, { type: 'ask-again-in', delayMs: askAgainMs });
}

function authorise(attempt: number, cardsTried: number): SaleStep {
  return to({ name: 'authorising', attempt, cardsTried }, { type: 'authorise', attempt });
}

function preparingCard(shape: SaleShape, state: SaleStateOf<'preparing-card'>, input: SaleInput): SaleStep {
  const { cardsTried, paid } = state;
  if (input.type === 'card-staged') {
    // The card that is proven now is the first of two, whatever became of one before it (SA5).
    if (!paid) return shape.money === 'none' ? record(recordingFree(1)) : authorise(1, 1);
    const next: SaleState = { name: 'writing-grant', paid, cardsTried };
    // What is only held is not in the books yet: there is no credential to bind anew.
    return paid.held
      ? to(next, { type: 'write-grant' })
      : to(next, { type: 'rebind-credential' }, { type: 'write-grant' });
  }
  if (input.type === 'card-failed') {
    if (paid) return anotherCard(paid, cardsTried);
    if (cardsTried >= cardsTriedLimit) return end('not-charged', input.why);
    return to({ ...state, cardsTried: cardsTried + 1 }, { type: 'stage-card', discardFirst: true });
  }
  return stay(state);
}

/** SA60: what is recorded without any payment. */
function recordingFree(cardsTried: number): SaleStateOf<'recording'> {
  const paid: Paid = { slip: null, attempt: 0, held: false, customerGone: false };
  return { name: 'recording', paid, cardsTried, tries: 1, grant: 'none' };
}

/** SA5, SA61. */
function anotherCard(paid: Paid, cardsTried: number): SaleStep {
  if (cardsTried >= cardsTriedLimit) {
    if (!paid.slip) return handOverOwed('no card can be made');
    return reverse({ paid, tries: 1, recorded: !paid.held, grant: paid.held ? 'inside' : 'none' });
  }
  return to(
    { name: 'preparing-card', cardsTried: cardsTried + 1, paid },
    { type: 'stage-card', discardFirst: true },
  );
}

function paymentAnswered(
  shape: SaleShape,
  { attempt, cardsTried }: { readonly attempt: number; readonly cardsTried: number },
  answer: PaymentAnswer,
  customerGone: boolean,
): SaleStep {
  const notPaidBecause = (why: NotPaidReason): SaleStep => {
    if (customerGone) return end('not-charged', why);
    const reason = answer.kind === 'declined' ? answer.reason : null;
    return stay({ name: 'not-paid', attempt, why, reason, cardsTried });
  };
  switch (answer.kind) {
    case 'captured': {
      const paid = { slip: answer.slip, attempt, held: false, customerGone };
      return record({ name: 'recording', paid, cardsTried, tries: 1, grant: 'none' });
    }
    case 'held': {
      const paid = { slip: answer.slip, attempt, held: true, customerGone };
      if (customerGone) return reverse({ paid, tries: 1, recorded: false, grant: 'none' });
      if (shape.goods === 'card')
        return to({ name: 'writing-grant', paid, cardsTried }, { type: 'write-grant' });
      return complete(paid, 'none');
    }
    case 'in-doubt':
      return lookUp({ attempt, cardsTried, customerGone, queries: 1 });
    case 'cannot-tell':
      return paymentInDoubt(shape);
    case 'not-sent':
      return notPaidBecause('terminal-unreachable');
    case 'out-of-order':
      return notPaidBecause('terminal-out-of-order');
    case 'declined':
    case 'cancelled':
    case 'timed-out':
    case 'busy':
      return notPaidBecause(answer.kind);
  }
}

function lookUp(question: Omit<SaleStateOf<'checking-payment'>, 'name'>): SaleStep {
  return to(
    { ...question, name: 'checking-payment' },
    { type: 'look-up-payment', attempt: question.attempt, slip: null },
  );
}

/** The terminal could not be asked, or is at work: not an answer to what became of the money. */
function isStillUnknown(answer: PaymentAnswer): boolean {
  return ['in-doubt', 'not-sent', 'busy', 'out-of-order'].includes(answer.kind);
}

function paymentInDoubt(shape: SaleShape): SaleStep {
  return end('in-doubt', 'the terminal could not tell', openCase(doubtOf(shape)));
}

function doubtOf(shape: SaleShape): CaseKind {
  return shape.money === 'out' ? 'refund-in-doubt' : 'payment-in-doubt';
}

/** SA8, SA9. */
function checkingPayment(
  shape: SaleShape,
  state: SaleStateOf<'checking-payment'>,
  input: SaleInput,
): SaleStep {
  if (input.type === 'time-to-ask-again' && state.queries < paymentLookUpLimit) {
    return lookUp({ ...state, queries: state.queries + 1 });
  }
  if (input.type !== 'payment-looked-up') return stay(state);
  if (!isStillUnknown(input.answer)) {
    return paymentAnswered(shape, state, input.answer, state.customerGone);
  }
  return state.queries < paymentLookUpLimit ? askAgain(state) : paymentInDoubt(shape);
}

/** SA2, SA7. */
function notPaid(state: SaleStateOf<'not-paid'>, input: SaleInput): SaleStep {
  if (input.type === 'give-up') return end('not-charged', state.why);
  if (input.type !== 'pay-again') return stay(state);
  if (state.attempt >= paymentAttemptLimit) return end('not-charged', state.why);
  return authorise(state.attempt + 1, state.cardsTried);
}

function record(state: SaleStateOf<'recording'>): SaleStep {
  return to(state, { type: 'record-sale', slip: state.paid.slip, attempt: state.paid.attempt });
}

/** SA3, SA11. */
function recording(shape: SaleShape, state: SaleStateOf<'recording'>, input: SaleInput): SaleStep {
  const { paid, cardsTried, tries, grant } = state;
  switch (input.type) {
    case 'recorded':
      if (paid.customerGone) return recordedTooLate(shape, paid, grant);
      if (grant === 'out') return waitTaken(paid);
      if (shape.goods === 'card')
        return to({ name: 'writing-grant', paid, cardsTried }, { type: 'write-grant' });
      if (shape.goods !== 'none') return to({ name: 'handing-ticket', paid }, { type: 'hand-ticket' });
      if ('renews' in shape) return to({ name: 'renewing-card', paid }, { type: 'renew-card' });
      return end('served', shape.money === 'in' ? 'paid' : 'given back to the customer');
    case 'record-failed':
      if (tries < recordTryLimit) return askAgain(state);
      // Money that went to the customer is not asked back: a person settles what the books lack.
      if (shape.money === 'out')
        return end('in-doubt', 'the refund could not be recorded', openCase(doubtOf(shape)));
      if (!paid.slip) return end('not-charged', 'it could not be recorded');
      return reverse({ paid, tries: 1, recorded: false, grant });
    case 'time-to-ask-again':
      return tries < recordTryLimit ? record({ ...state, tries: tries + 1 }) : stay(state);
    default:
      return stay(state);
  }
}

/** SA24: what was sold is owed, unless it was at the mouth and is gone from there. */
function recordedTooLate(shape: SaleShape, paid: Paid, grant: 'none' | 'out'): SaleStep {
  if (shape.goods === 'none') return end('served', 'recorded');
  if (shape.goods !== 'card') return ticketOwed(shape, paid);
  return grant === 'out' ? locate(paid, cardsTriedLimit, true) : takeBack(paid);
}

function presented(paid: Paid): SaleStep {
  return paid.held ? complete(paid, 'out') : waitTaken(paid);
}

function waitTaken(paid: Paid): SaleStep {
  return to({ name: 'at-mouth', paid, lookups: 0 }, { type: 'wait-taken' });
}

function slipOf({ slip }: Paid): PaymentSlip {
  invariant(slip, 'what was not paid is neither booked nor undone');
  return slip;
}

/** SA18. */
function complete(paid: Paid, grant: 'none' | 'out'): SaleStep {
  return to(
    { name: 'completing', paid, grant },
    { type: 'complete-payment', attempt: paid.attempt, slip: slipOf(paid) },
  );
}

function completionAnswered(
  shape: SaleShape,
  { paid, grant }: { readonly paid: Paid; readonly grant: LooseGrant },
  answer: PaymentAnswer,
): SaleStep {
  if (answer.kind === 'captured') {
    const booked: Paid = { ...paid, slip: answer.slip, held: false };
    return record({
      name: 'recording',
      paid: booked,
      cardsTried: 1,
      tries: 1,
      grant: grant === 'out' ? 'out' : 'none',
    });
  }
  if (answer.kind === 'cannot-tell') return notBooked(shape, grant, 'in-doubt');
  if (answer.kind === 'held') return complete(paid, grant === 'out' ? 'out' : 'none');
  if (isStillUnknown(answer)) return askWhetherBooked(paid, grant, false);
  return notBooked(shape, grant, 'not-taken');
}

function askWhetherBooked(paid: Paid, grant: LooseGrant, release: boolean, queries = 1): SaleStep {
  return to(
    { name: 'checking-completion', paid, grant, queries, release },
    { type: 'look-up-payment', attempt: paid.attempt, slip: paid.slip },
  );
}

/** SA18, SA20: a booking, or a letting go, whose answer was lost is settled by asking. */
function checkingCompletion(
  shape: SaleShape,
  state: SaleStateOf<'checking-completion'>,
  input: SaleInput,
): SaleStep {
  const { paid, grant, queries, release } = state;
  if (input.type === 'time-to-ask-again' && queries < lookUpLimit) {
    return askWhetherBooked(paid, grant, release, queries + 1);
  }
  if (input.type !== 'payment-looked-up') return stay(state);
  const { answer } = input;
  if (isStillUnknown(answer)) {
    return queries < lookUpLimit ? askAgain(state) : notBooked(shape, grant, 'in-doubt');
  }
  if (answer.kind === 'captured' && (release || grant === 'inside')) {
    // Booked although the card is not out: what the customer cannot be given any more is given back.
    const booked: Paid = { ...paid, slip: answer.slip, held: false };
    return reverse({ paid: booked, tries: 1, recorded: false, grant });
  }
  if (answer.kind === 'held' && (release || grant === 'inside' || paid.customerGone)) {
    return reverse({ paid, tries: 1, recorded: false, grant });
  }
  return completionAnswered(shape, state, answer);
}

/** SA19: no money was booked, and a card with a grant may lie anywhere. */
function notBooked(shape: SaleShape, grant: LooseGrant, money: 'not-taken' | 'in-doubt'): SaleStep {
  if (grant !== 'none') return withdraw(grant, money);
  return money === 'in-doubt' ? paymentInDoubt(shape) : end('not-charged', 'the terminal did not book it');
}

function withdraw(grant: 'inside' | 'out', money: SaleStateOf<'withdrawing'>['money']): SaleStep {
  return to({ name: 'withdrawing', grant, money }, { type: 'withdraw-card', wasOut: grant === 'out' });
}

function withdrawn(state: SaleStateOf<'withdrawing'>, card: 'back' | 'gone' | 'unknown'): SaleStep {
  const block: SaleEffect = { type: 'block-credential' };
  switch (state.money) {
    case 'in-doubt':
      return end('in-doubt', 'the terminal could not tell', block, openCase('payment-in-doubt'));
    case 'owed':
      return end('money-owed', 'the payment could not be undone', block, openCase('refund-failed'));
    case 'not-taken':
    case 'given-back':
      if (card !== 'back') {
        return end('card-out', 'a card is out that is not paid for', block, openCase('card-out-unpaid'));
      }
      return end(
        state.money === 'given-back' ? 'given-back' : 'not-charged',
        'the card was taken back',
        block,
      );
  }
}

/** SA12, SA13. */
function atMouth(state: SaleStateOf<'at-mouth'>, input: SaleInput): SaleStep {
  if (input.type === 'taken') return end('served', 'card taken');
  if (input.type === 'not-taken') return takeBack(state.paid);
  if (input.type === 'time-to-ask-again') return to(state, { type: 'wait-taken' });
  if (input.type !== 'mouth-unknown') return stay(state);
  if (state.lookups >= mouthLookUpLimit) return handOverOwed('the dispenser could not tell');
  return askAgain({ ...state, lookups: state.lookups + 1 });
}

function takeBack(paid: Paid): SaleStep {
  return to({ name: 'taking-back', paid }, { type: 'capture-card' });
}

function handOverOwed(why: string): SaleStep {
  return end('card-owed', why, openCase('hand-over-card'));
}

/** SA80: a member's ticket stays on the screen, whether it is on paper or not. */
function ticketHanded(shape: SaleShape, paid: Paid, onPaper: boolean): SaleStep {
  if (shape.goods !== 'bridge') return end('served', 'ticket handed over');
  return to({ name: 'showing-ticket', paid, onPaper }, { type: 'show-ticket' });
}

/** SA81. */
function ticketLeft({ onPaper }: SaleStateOf<'showing-ticket'>): SaleStep {
  return onPaper ? end('served', 'the ticket came out on paper') : handOverOwed('nobody took the ticket');
}

/**
 * What was paid for a ticket is owed; one for which nothing was paid is owed itself, and so is one of a membership, which
 * stays (SA82).
 */
function ticketOwed({ goods }: SaleShape, { slip }: Paid): SaleStep {
  const why = 'the customer was gone';
  const isMoneyOwed = slip !== null && goods === 'ticket';
  return isMoneyOwed ? end('money-owed', why, openCase('paid-not-served')) : handOverOwed(why);
}

function locate(paid: Paid, cardsTried: number, wasPresented: boolean): SaleStep {
  return to({ name: 'locating-card', paid, cardsTried, wasPresented }, { type: 'locate-card' });
}

/** SA16. */
function locatingCard(state: SaleStateOf<'locating-card'>, input: SaleInput): SaleStep {
  const { paid, cardsTried, wasPresented } = state;
  if (input.type !== 'card-located') return stay(state);
  switch (input.place) {
    case 'encoder':
      if (paid.customerGone) return takeBack(paid);
      return to({ name: 'writing-grant', paid, cardsTried }, { type: 'write-grant' });
    case 'mouth':
      return paid.customerGone ? takeBack(paid) : waitTaken(paid);
    case 'none':
      if (wasPresented) return end('served', 'the card was gone from the mouth');
      return paid.customerGone ? handOverOwed('the customer was gone') : anotherCard(paid, cardsTried);
    case 'unknown':
      return handOverOwed('the dispenser could not tell');
  }
}

type Undoing = Omit<SaleStateOf<'reversing'>, 'name'>;

function reverse(undoing: Undoing): SaleStep {
  const { paid, tries } = undoing;
  return to(
    { ...undoing, name: 'reversing' },
    { type: 'reverse', tries, attempt: paid.attempt, slip: slipOf(paid) },
  );
}

/** SA10. */
function reversalAnswered(undoing: Undoing, answer: PaymentAnswer): SaleStep {
  const { paid, tries, recorded, grant } = undoing;
  const nothingHeld = paid.held && answer.kind === 'declined' && answer.reason === 'not-found';
  if (answer.kind === 'captured' || nothingHeld) {
    if (recorded) return end('given-back', 'no card could be made', { type: 'record-cancelled', tries });
    if (grant !== 'none') return withdraw(grant, paid.held ? 'not-taken' : 'given-back');
    return paid.held
      ? end('not-charged', 'the terminal let go of it')
      : end('given-back', 'the sale could not be recorded');
  }
  if (answer.kind === 'in-doubt') {
    return paid.held ? askWhetherBooked(paid, grant, true) : askWhetherReversed(undoing, 1);
  }
  if (answer.kind !== 'cannot-tell' && tries < reversalTryLimit) {
    return reverse({ ...undoing, tries: tries + 1 });
  }
  return notUndone(undoing);
}

function notUndone({ grant }: Undoing): SaleStep {
  if (grant !== 'none') return withdraw(grant, 'owed');
  return end('money-owed', 'the payment could not be undone', openCase('refund-failed'));
}

function askWhetherReversed(undoing: Undoing, queries: number): SaleStep {
  const { paid, tries, recorded, grant } = undoing;
  return to(
    { name: 'checking-reversal', paid, tries, queries, recorded, grant },
    { type: 'look-up-reversal', tries },
  );
}

function checkingReversal(state: SaleStateOf<'checking-reversal'>, input: SaleInput): SaleStep {
  const { queries } = state;
  if (input.type === 'time-to-ask-again' && queries < lookUpLimit) {
    return askWhetherReversed(state, queries + 1);
  }
  if (input.type !== 'reversal-looked-up') return stay(state);
  if (!isStillUnknown(input.answer)) return reversalAnswered(state, input.answer);
  return queries < lookUpLimit ? askAgain(state) : notUndone(state);
}
