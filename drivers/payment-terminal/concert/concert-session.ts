import { type ConcertToken, type ControlName, controlBytes, encodeFrame } from './concert-frame.ts';

/**
 * The till's end of a Concert line. Either end calls, and the one that called speaks:
 *
 *   till      ENQ ─▶      ◀─ ACK      STX text ETX LRC ─▶      ◀─ ACK      EOT ─▶            the request
 *   terminal  ENQ ─▶      ◀─ ACK      STX text ETX LRC ─▶      ◀─ ACK      EOT ─▶            its answer, up to 180 s later
 */
export type SessionState =
  | { readonly at: 'rest' }
  /** Our ENQ is out. */
  | { readonly at: 'calling'; readonly call: Call }
  /** The line is flushed and has a rest before the next ENQ. */
  | { readonly at: 'pausing'; readonly call: Call }
  /** Our text is out. */
  | { readonly at: 'sending'; readonly text: Uint8Array; readonly sendings: number }
  /** The terminal called and may speak; what we wanted to say waits. */
  | { readonly at: 'called'; readonly waiting: Call | null; readonly failures: number }
  /** The terminal has spoken and will hang up. */
  | { readonly at: 'heard'; readonly waiting: Call | null; readonly failures: number };

/** What we want to say. */
interface Call {
  /** Null: nothing but whether somebody is there. */
  readonly text: Uint8Array | null;
  readonly tries: number;
  readonly mostTries: number;
  /** The last that came instead of an ACK. */
  readonly met: 'silence' | 'refusal' | 'noise';
}

export type SessionInput =
  /** Not while an earlier one is not reported on. */
  | { readonly kind: 'say'; readonly text: Uint8Array | null; readonly mostTries: number }
  | ConcertToken
  /** Bytes came that are part of nothing. */
  | { readonly kind: 'noise' }
  /** The limit of the state has passed. */
  | { readonly kind: 'limit' };

export type SessionReport =
  /** The text is about to leave: from now on it may have been taken. */
  | { readonly kind: 'leaving' }
  /** Somebody is there (nothing was to be said). */
  | { readonly kind: 'reached' }
  /** Nothing of the text was taken: no call was accepted, or every sending of the text was refused. */
  | { readonly kind: 'not-taken'; readonly why: Call['met'] }
  /** The text has left for good and its answer is awaited; without an ACK it may or may not have been taken. */
  | { readonly kind: 'sent'; readonly acknowledged: boolean }
  | { readonly kind: 'heard'; readonly text: Uint8Array }
  /** The terminal spoke and was not understood, however often. */
  | { readonly kind: 'not-understood' }
  /** A token that has no place here. */
  | { readonly kind: 'stray'; readonly token: string };

export interface SessionStep {
  readonly state: SessionState;
  readonly write: Uint8Array | null;
  readonly reports: readonly SessionReport[];
}

export interface SessionLimits {
  /** ENQ to ACK. */
  readonly callMs: number;
  /** Between EOT after a failed call and the next ENQ. */
  readonly pauseMs: number;
  /** Text to ACK, and ACK to text. */
  readonly textMs: number;
}

export const concertLimits: SessionLimits = { callMs: 1_000, pauseMs: 1_000, textMs: 3_000 };

/** Of the same text, on NAK. */
const mostSendings = 3;
/** Damaged texts of the terminal and repeats of what we have, before the line is flushed. */
const mostFailures = 3;

export const atRest: SessionState = { at: 'rest' };

/** How long a state may last; null: as long as it likes. It starts anew whenever `next` gives another state object. */
export function limitOf(state: SessionState, limits: SessionLimits): number | null {
  switch (state.at) {
    case 'rest':
      return null;
    case 'calling':
      return limits.callMs;
    case 'pausing':
      return limits.pauseMs;
    case 'sending':
    case 'called':
    case 'heard':
      return limits.textMs;
  }
}

export function next(state: SessionState, input: SessionInput): SessionStep {
  switch (state.at) {
    case 'rest':
      return nextAtRest(state, input);
    case 'calling':
      return nextCalling(state, input);
    case 'pausing':
      return nextPausing(state, input);
    case 'sending':
      return nextSending(state, input);
    case 'called':
      return nextCalled(state, input);
    case 'heard':
      return nextHeard(state, input);
  }
}

function nextAtRest(state: SessionState, input: SessionInput): SessionStep {
  switch (input.kind) {
    case 'say':
      return call(firstCall(input));
    case 'enq':
      return answerCall(null);
    case 'frame':
    case 'damaged':
      return step(state, control('eot'), stray(input.kind));
    case 'ack':
    case 'nak':
      return step(state, null, stray(input.kind));
    default:
      return stay(state);
  }
}

function nextCalling(
  state: Extract<SessionState, { readonly at: 'calling' }>,
  input: SessionInput,
): SessionStep {
  const { call: ours } = state;
  switch (input.kind) {
    case 'ack':
      return ours.text
        ? send(ours.text, 1, { kind: 'leaving' })
        : step(atRest, control('eot'), { kind: 'reached' });
    case 'enq':
      return answerCall(ours);
    case 'nak':
      return callAgain({ ...ours, met: 'refusal' }, 'pause');
    case 'noise':
    case 'frame':
    case 'damaged':
      return stay(ours.met === 'noise' ? state : { at: 'calling', call: { ...ours, met: 'noise' } });
    case 'limit':
      return callAgain(ours, 'pause');
    default:
      return stay(state);
  }
}

function nextPausing(
  state: Extract<SessionState, { readonly at: 'pausing' }>,
  input: SessionInput,
): SessionStep {
  if (input.kind === 'limit') return call(state.call);
  return input.kind === 'enq' ? answerCall(state.call) : stay(state);
}

function nextSending(
  state: Extract<SessionState, { readonly at: 'sending' }>,
  input: SessionInput,
): SessionStep {
  switch (input.kind) {
    case 'ack':
      return step(atRest, control('eot'), { kind: 'sent', acknowledged: true });
    case 'nak':
      return state.sendings < mostSendings
        ? send(state.text, state.sendings + 1)
        : step(atRest, control('eot'), { kind: 'not-taken', why: 'noise' });
    case 'enq':
      return answerCall(null, { kind: 'sent', acknowledged: false });
    case 'eot':
      return step(atRest, null, { kind: 'sent', acknowledged: false });
    case 'limit':
      return step(atRest, control('eot'), { kind: 'sent', acknowledged: false });
    default:
      return stay(state);
  }
}

function nextCalled(
  state: Extract<SessionState, { readonly at: 'called' }>,
  input: SessionInput,
): SessionStep {
  const { waiting, failures } = state;
  const isLastFailure = failures + 1 >= mostFailures;
  switch (input.kind) {
    case 'say':
      return stay({ ...state, waiting: firstCall(input) });
    case 'frame':
      return step({ at: 'heard', waiting, failures: 0 }, control('ack'), { kind: 'heard', text: input.text });
    case 'enq':
      // It has not seen our ACK.
      return isLastFailure
        ? hangUp(waiting, control('eot'))
        : step({ ...state, failures: failures + 1 }, control('ack'));
    case 'damaged':
      return isLastFailure
        ? hangUp(waiting, control('eot'), { kind: 'not-understood' })
        : step({ ...state, failures: failures + 1 }, control('nak'));
    case 'eot':
      return hangUp(waiting, null);
    case 'limit':
      return hangUp(waiting, control('eot'));
    default:
      return stay(state);
  }
}

function nextHeard(state: Extract<SessionState, { readonly at: 'heard' }>, input: SessionInput): SessionStep {
  const { waiting, failures } = state;
  switch (input.kind) {
    case 'say':
      return stay({ ...state, waiting: firstCall(input) });
    case 'frame':
    case 'damaged':
      // It has not seen our ACK and repeats what we have.
      return failures + 1 >= mostFailures
        ? hangUp(waiting, control('eot'))
        : step({ ...state, failures: failures + 1 }, control('ack'));
    case 'enq':
      // Its EOT was lost and it calls anew; giving way counts as one of our tries.
      if (!waiting) return answerCall(null);
      return waiting.tries < waiting.mostTries
        ? answerCall({ ...waiting, tries: waiting.tries + 1 })
        : answerCall(null, { kind: 'not-taken', why: waiting.met });
    case 'eot':
      return hangUp(waiting, null);
    case 'limit':
      return hangUp(waiting, control('eot'));
    default:
      return stay(state);
  }
}

function firstCall(input: Extract<SessionInput, { readonly kind: 'say' }>): Call {
  return { text: input.text, tries: 1, mostTries: input.mostTries, met: 'silence' };
}

function call(ours: Call): SessionStep {
  return step({ at: 'calling', call: ours }, control('enq'));
}

function callAgain(ours: Call, how: 'pause' | 'at once', write: Uint8Array = control('eot')): SessionStep {
  if (ours.tries >= ours.mostTries) return step(atRest, write, { kind: 'not-taken', why: ours.met });
  const again: Call = { ...ours, tries: ours.tries + 1 };
  return how === 'pause'
    ? step({ at: 'pausing', call: again }, write)
    : step({ at: 'calling', call: again }, Uint8Array.of(...write, controlBytes.enq));
}

/** The terminal is let speak, whatever we wanted to say ourselves. */
function answerCall(waiting: Call | null, ...reports: readonly SessionReport[]): SessionStep {
  return step({ at: 'called', waiting, failures: 0 }, control('ack'), ...reports);
}

/** The terminal's call is over. What waited is said now, and the call that gave way counts as one of its tries. */
function hangUp(
  waiting: Call | null,
  write: Uint8Array | null,
  ...reports: readonly SessionReport[]
): SessionStep {
  if (!waiting) return step(atRest, write, ...reports);
  const again = callAgain(waiting, 'at once', write ?? new Uint8Array(0));
  return { ...again, reports: [...reports, ...again.reports] };
}

function send(text: Uint8Array, sendings: number, ...reports: readonly SessionReport[]): SessionStep {
  return step({ at: 'sending', text, sendings }, encodeFrame(text), ...reports);
}

function control(name: ControlName): Uint8Array {
  return Uint8Array.of(controlBytes[name]);
}

function stray(token: string): SessionReport {
  return { kind: 'stray', token };
}

function step(
  state: SessionState,
  write: Uint8Array | null,
  ...reports: readonly SessionReport[]
): SessionStep {
  return { state, write, reports };
}

function stay(state: SessionState): SessionStep {
  return step(state, null);
}
