/**
 * The machine of a visit that ends in money. Pure: devices are effects that go out and inputs that come back; rules and
 * their numbers are in SPEC.md. What each effect does is the edge's business, what follows from its answer is decided here.
 */

/** What the terminal tells of a payment that was taken; kept as it came, for the record and the receipt. */
export interface PaymentSlip {
  readonly maskedPan: string;
  readonly scheme: string;
  readonly authorisation: string;
  readonly applicationId: string | null;
  readonly contactless: boolean;
  readonly terminalContract: string | null;
}

export type NotPaidReason = 'declined' | 'cancelled' | 'timed-out' | 'terminal-unreachable' | 'busy';

export type SaleEnding =
  | 'served'
  /** Nothing was charged and nothing handed over. */
  | 'not-charged'
  /** Charged and undone. */
  | 'given-back'
  /** The membership is active; a card is owed, and a case says so. */
  | 'card-owed'
  /** Charged, not served, and not undone: a case says what is owed. */
  | 'money-owed'
  /** Nobody knows yet whether money was taken: a case. */
  | 'in-doubt';

export type CaseKind = 'payment-in-doubt' | 'hand-over-card' | 'refund-failed';

interface Paid {
  readonly slip: PaymentSlip;
  readonly attempt: number;
}

export type SaleState =
  /** SA1, SA5: a card is fed and proven; `paid` once money has been taken (then it is the second card). */
  | { readonly name: 'preparing-card'; readonly cardsTried: number; readonly paid: Paid | null }
  | { readonly name: 'authorising'; readonly attempt: number; readonly cardsTried: number }
  | {
      readonly name: 'checking-payment';
      readonly attempt: number;
      readonly queries: number;
      readonly cardsTried: number;
    }
  | {
      readonly name: 'not-paid';
      readonly attempt: number;
      readonly why: NotPaidReason;
      readonly cardsTried: number;
    }
  | { readonly name: 'recording'; readonly paid: Paid; readonly cardsTried: number }
  | { readonly name: 'writing-grant'; readonly paid: Paid; readonly cardsTried: number }
  | { readonly name: 'presenting'; readonly paid: Paid; readonly cardsTried: number }
  | { readonly name: 'at-mouth'; readonly paid: Paid; readonly lookups: number }
  /** After an interruption: where is the card? */
  | {
      readonly name: 'locating-card';
      readonly paid: Paid;
      readonly cardsTried: number;
      readonly wasPresented: boolean;
    }
  | { readonly name: 'reversing'; readonly paid: Paid; readonly tries: number; readonly recorded: boolean }
  | {
      readonly name: 'checking-reversal';
      readonly paid: Paid;
      readonly tries: number;
      readonly queries: number;
      readonly recorded: boolean;
    }
  | { readonly name: 'ended'; readonly ending: SaleEnding; readonly why: string };

/** What a terminal's answer comes to for the sale (drivers/payment-terminal tells the same story in more words). */
export type PaymentAnswer =
  | { readonly kind: 'captured'; readonly slip: PaymentSlip }
  | { readonly kind: 'declined' | 'cancelled' | 'timed-out' | 'busy' | 'not-sent' | 'in-doubt' };

export type SaleInput =
  | { readonly type: 'card-staged' }
  | { readonly type: 'card-failed'; readonly why: string }
  | { readonly type: 'payment-answered'; readonly answer: PaymentAnswer }
  | { readonly type: 'payment-looked-up'; readonly answer: PaymentAnswer }
  | { readonly type: 'recorded' }
  | { readonly type: 'record-failed' }
  | { readonly type: 'grant-written' }
  | { readonly type: 'grant-failed' }
  | { readonly type: 'presented' }
  | { readonly type: 'present-failed' }
  | { readonly type: 'taken' }
  | { readonly type: 'not-taken' }
  | { readonly type: 'mouth-unknown' }
  | { readonly type: 'card-located'; readonly place: 'encoder' | 'mouth' | 'none' | 'unknown' }
  | { readonly type: 'reversal-answered'; readonly answer: PaymentAnswer }
  | { readonly type: 'reversal-looked-up'; readonly answer: PaymentAnswer }
  | { readonly type: 'time-to-ask-again' }
  | { readonly type: 'pay-again' }
  | { readonly type: 'give-up' };

export type SaleEffect =
  /** Take whatever card is in the path into the bin first when `discardFirst`; then feed, prove, write without grant. */
  | { readonly type: 'stage-card'; readonly discardFirst: boolean }
  | { readonly type: 'authorise'; readonly attempt: number }
  | { readonly type: 'look-up-payment'; readonly attempt: number }
  | { readonly type: 'record-sale'; readonly slip: PaymentSlip; readonly attempt: number }
  | { readonly type: 'rebind-credential' }
  | { readonly type: 'write-grant' }
  | { readonly type: 'present-card' }
  | { readonly type: 'wait-taken' }
  | { readonly type: 'locate-card' }
  | { readonly type: 'capture-card' }
  | { readonly type: 'reverse'; readonly tries: number }
  | { readonly type: 'look-up-reversal'; readonly tries: number }
  | { readonly type: 'record-cancelled'; readonly tries: number }
  | { readonly type: 'open-case'; readonly kind: CaseKind }
  | { readonly type: 'ask-again-in'; readonly delayMs: number };

export interface SaleStep {
  readonly state: SaleState;
  readonly effects: readonly SaleEffect[];
}

export const cardsTriedLimit = 2;
export const paymentAttemptLimit = 5;
export const lookUpLimit = 7;
export const reversalTryLimit = 2;
export const mouthLookUpLimit = 3;
export const askAgainMs = 5_000;
/** SA12. */
export const takeCardLimitMs = 180_000;

export function startSale(): SaleStep {
  return {
    state: { name: 'preparing-card', cardsTried: 1, paid: null },
    effects: [{ type: 'stage-card', discardFirst: false }],
  };
}

export function nextSale(state: SaleState, input: SaleInput): SaleStep {
  switch (state.name) {
    case 'preparing-card':
      return preparingCard(state, input);
    case 'authorising':
      return input.type === 'payment-answered' ? paymentAnswered(state, input.answer) : stay(state);
    case 'checking-payment':
      return checkingPayment(state, input);
    case 'not-paid':
      return notPaid(state, input);
    case 'recording':
      if (input.type === 'recorded') return to({ ...state, name: 'writing-grant' }, { type: 'write-grant' });
      if (input.type === 'record-failed') return startReversal(state.paid, false);
      return stay(state);
    case 'writing-grant':
      if (input.type === 'grant-written')
        return to({ ...state, name: 'presenting' }, { type: 'present-card' });
      if (input.type === 'grant-failed') return anotherCard(state.paid, state.cardsTried);
      return stay(state);
    case 'presenting':
      if (input.type === 'presented') {
        return to({ name: 'at-mouth', paid: state.paid, lookups: 0 }, { type: 'wait-taken' });
      }
      if (input.type === 'present-failed') return anotherCard(state.paid, state.cardsTried);
      return stay(state);
    case 'at-mouth':
      return atMouth(state, input);
    case 'locating-card':
      return locatingCard(state, input);
    case 'reversing':
      return input.type === 'reversal-answered' ? reversalAnswered(state, input.answer) : stay(state);
    case 'checking-reversal':
      return checkingReversal(state, input);
    case 'ended':
      return stay(state);
  }
}

/** SA14 to SA16: what an edge does first with a sale that it finds unfinished at its start. */
export function resumeSale(state: SaleState): SaleStep {
  switch (state.name) {
    case 'preparing-card':
      return state.paid
        ? to(state, { type: 'stage-card', discardFirst: true })
        : end('not-charged', 'interrupted before payment');
    case 'not-paid':
      return end('not-charged', 'interrupted before payment');
    case 'authorising':
    case 'checking-payment':
      return lookUp(state.attempt, 1, state.cardsTried);
    case 'recording':
      return to(state, { type: 'record-sale', slip: state.paid.slip, attempt: state.paid.attempt });
    case 'writing-grant':
      return locate(state.paid, state.cardsTried, false);
    case 'presenting':
      return locate(state.paid, state.cardsTried, true);
    case 'at-mouth':
      return locate(state.paid, cardsTriedLimit, true);
    case 'locating-card':
      return to(state, { type: 'locate-card' });
    case 'reversing':
    case 'checking-reversal':
      return to(
        {
          name: 'checking-reversal',
          paid: state.paid,
          tries: state.tries,
          queries: 1,
          recorded: state.recorded,
        },
        { type: 'look-up-reversal', tries: state.tries },
      );
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

function preparingCard(state: Extract<SaleState, { name: 'preparing-card' }>, input: SaleInput): SaleStep {
  const { cardsTried, paid } = state;
  if (input.type === 'card-staged') {
    if (!paid) return to({ name: 'authorising', attempt: 1, cardsTried }, { type: 'authorise', attempt: 1 });
    return to(
      { name: 'writing-grant', paid, cardsTried },
      { type: 'rebind-credential' },
      { type: 'write-grant' },
    );
  }
  if (input.type === 'card-failed') {
    if (paid) return anotherCard(paid, cardsTried);
    if (cardsTried >= cardsTriedLimit) return end('not-charged', input.why);
    return to({ ...state, cardsTried: cardsTried + 1 }, { type: 'stage-card', discardFirst: true });
  }
  return stay(state);
}

/** SA5. */
function anotherCard(paid: Paid, cardsTried: number): SaleStep {
  if (cardsTried >= cardsTriedLimit) return startReversal(paid, true);
  return to(
    { name: 'preparing-card', cardsTried: cardsTried + 1, paid },
    { type: 'stage-card', discardFirst: true },
  );
}

function paymentAnswered(
  state: { readonly attempt: number; readonly cardsTried: number },
  answer: PaymentAnswer,
): SaleStep {
  const { attempt, cardsTried } = state;
  switch (answer.kind) {
    case 'captured': {
      const paid = { slip: answer.slip, attempt };
      return to({ name: 'recording', paid, cardsTried }, { type: 'record-sale', slip: answer.slip, attempt });
    }
    case 'in-doubt':
      return lookUp(attempt, 1, cardsTried);
    case 'not-sent':
      return stay({ name: 'not-paid', attempt, why: 'terminal-unreachable', cardsTried });
    case 'declined':
    case 'cancelled':
    case 'timed-out':
    case 'busy':
      return stay({ name: 'not-paid', attempt, why: answer.kind, cardsTried });
  }
}

function lookUp(attempt: number, queries: number, cardsTried: number): SaleStep {
  return to({ name: 'checking-payment', attempt, queries, cardsTried }, { type: 'look-up-payment', attempt });
}

/** SA8, SA9. */
function checkingPayment(
  state: Extract<SaleState, { name: 'checking-payment' }>,
  input: SaleInput,
): SaleStep {
  if (input.type === 'time-to-ask-again' && state.queries < lookUpLimit) {
    return lookUp(state.attempt, state.queries + 1, state.cardsTried);
  }
  if (input.type !== 'payment-looked-up') return stay(state);
  const stillUnknown = ['in-doubt', 'not-sent', 'busy'].includes(input.answer.kind);
  if (!stillUnknown) return paymentAnswered(state, input.answer);
  if (state.queries < lookUpLimit) return to(state, { type: 'ask-again-in', delayMs: askAgainMs });
  return end('in-doubt', 'the terminal could not tell', { type: 'open-case', kind: 'payment-in-doubt' });
}

/** SA2, SA7. */
function notPaid(state: Extract<SaleState, { name: 'not-paid' }>, input: SaleInput): SaleStep {
  if (input.type === 'give-up') return end('not-charged', state.why);
  if (input.type !== 'pay-again') return stay(state);
  if (state.attempt >= paymentAttemptLimit) return end('not-charged', state.why);
  const attempt = state.attempt + 1;
  return to({ name: 'authorising', attempt, cardsTried: state.cardsTried }, { type: 'authorise', attempt });
}

/** SA12, SA13. */
function atMouth(state: Extract<SaleState, { name: 'at-mouth' }>, input: SaleInput): SaleStep {
  const handOver: SaleEffect = { type: 'open-case', kind: 'hand-over-card' };
  if (input.type === 'taken') return end('served', 'card taken');
  if (input.type === 'not-taken')
    return end('card-owed', 'card not taken', { type: 'capture-card' }, handOver);
  if (input.type === 'time-to-ask-again') return to(state, { type: 'wait-taken' });
  if (input.type !== 'mouth-unknown') return stay(state);
  if (state.lookups >= mouthLookUpLimit) return end('card-owed', 'the dispenser could not tell', handOver);
  return to({ ...state, lookups: state.lookups + 1 }, { type: 'ask-again-in', delayMs: askAgainMs });
}

function locate(paid: Paid, cardsTried: number, wasPresented: boolean): SaleStep {
  return to({ name: 'locating-card', paid, cardsTried, wasPresented }, { type: 'locate-card' });
}

/** SA16. */
function locatingCard(state: Extract<SaleState, { name: 'locating-card' }>, input: SaleInput): SaleStep {
  const { paid, cardsTried, wasPresented } = state;
  if (input.type !== 'card-located') return stay(state);
  switch (input.place) {
    case 'encoder':
      return to({ name: 'writing-grant', paid, cardsTried }, { type: 'write-grant' });
    case 'mouth':
      return to({ name: 'at-mouth', paid, lookups: 0 }, { type: 'wait-taken' });
    case 'none':
      return wasPresented ? end('served', 'the card was gone from the mouth') : anotherCard(paid, cardsTried);
    case 'unknown':
      return end('card-owed', 'the dispenser could not tell', { type: 'open-case', kind: 'hand-over-card' });
  }
}

function startReversal(paid: Paid, recorded: boolean): SaleStep {
  return to({ name: 'reversing', paid, tries: 1, recorded }, { type: 'reverse', tries: 1 });
}

/** SA10. */
function reversalAnswered(
  state: { readonly paid: Paid; readonly tries: number; readonly recorded: boolean },
  answer: PaymentAnswer,
): SaleStep {
  const { paid, tries, recorded } = state;
  if (answer.kind === 'captured') {
    return recorded
      ? end('given-back', 'no card could be made', { type: 'record-cancelled', tries })
      : end('given-back', 'the sale could not be recorded');
  }
  if (answer.kind === 'in-doubt') {
    return to(
      { name: 'checking-reversal', paid, tries, queries: 1, recorded },
      { type: 'look-up-reversal', tries },
    );
  }
  if (tries < reversalTryLimit) {
    return to({ name: 'reversing', paid, tries: tries + 1, recorded }, { type: 'reverse', tries: tries + 1 });
  }
  return end('money-owed', 'the payment could not be undone', { type: 'open-case', kind: 'refund-failed' });
}

function checkingReversal(
  state: Extract<SaleState, { name: 'checking-reversal' }>,
  input: SaleInput,
): SaleStep {
  if (input.type === 'time-to-ask-again' && state.queries < lookUpLimit) {
    return to({ ...state, queries: state.queries + 1 }, { type: 'look-up-reversal', tries: state.tries });
  }
  if (input.type !== 'reversal-looked-up') return stay(state);
  const stillUnknown = ['in-doubt', 'not-sent', 'busy'].includes(input.answer.kind);
  if (!stillUnknown) return reversalAnswered(state, input.answer);
  if (state.queries < lookUpLimit) return to(state, { type: 'ask-again-in', delayMs: askAgainMs });
  return end('money-owed', 'the terminal could not tell of the undoing', {
    type: 'open-case',
    kind: 'refund-failed',
  });
}
