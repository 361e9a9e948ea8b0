import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import {
  ConcertParser,
  type ConcertToken,
  controlBytes,
  encodeFrame,
} from '@portillon/drivers/payment-terminal/concert/concert-frame.ts';

export interface TerminalEndOptions {
  readonly clock: Clock;
  readonly write: (bytes: Uint8Array) => void;
  /** How the till's call is met; `noise` is what wrong line settings make of an ACK. */
  readonly meetCall: () => 'accept' | 'refuse' | 'ignore' | 'noise';
  /** Whether a text that arrived whole is acknowledged. */
  readonly accepts: (text: Uint8Array) => boolean;
  /** The till has hung up: what it said. */
  readonly heard: (text: Uint8Array) => void;
  /** Of this sending of an answer, 1 for the first. */
  readonly spoils: (sending: number) => boolean;
  /** Bytes that are part of nothing, or a frame with a wrong check byte. */
  readonly notUnderstood: (what: string) => void;
  /** ENQ to ACK; also the pause before the next ENQ. */
  readonly callMs?: number;
  readonly textMs?: number;
}

type State =
  | { readonly at: 'rest' }
  /** It took the till's call; `text` once it has been acknowledged. */
  | { readonly at: 'listening'; readonly text: Uint8Array | null }
  | { readonly at: 'calling'; readonly tries: number }
  | { readonly at: 'pausing'; readonly tries: number }
  | { readonly at: 'speaking'; readonly sendings: number };

const mostTries = 5;
const mostSendings = 4;
/** Answers that wait for the line; a till that asks more than that at once is not one. */
const keptAnswers = 8;

/** The terminal's end of a Concert line: it listens to the till, and calls it when it has an answer. */
export class TerminalEnd {
  readonly #options: TerminalEndOptions;
  readonly #callMs: number;
  readonly #textMs: number;
  readonly #parser = new ConcertParser();
  readonly #answers: Uint8Array[] = [];
  #state: State = { at: 'rest' };
  #cancelLimit: CancelTimer = () => undefined;

  constructor(options: TerminalEndOptions) {
    this.#options = options;
    this.#callMs = options.callMs ?? 1_000;
    this.#textMs = options.textMs ?? 3_000;
  }

  /** Calls the till and says `text`, as soon as the line is free. */
  answer(text: Uint8Array): void {
    if (this.#answers.length < keptAnswers) this.#answers.push(text);
    this.#callIfNeeded();
  }

  receive(bytes: Uint8Array): void {
    const { frames, discarded } = this.#parser.push(bytes);
    if (discarded > 0) this.#options.notUnderstood(`${discarded} bytes of noise`);
    for (const token of frames) this.#take(token);
  }

  /** Forgets everything, what it still had to say included. */
  stop(): void {
    this.#cancelLimit();
    this.#parser.reset();
    this.#answers.length = 0;
    this.#state = { at: 'rest' };
  }

  #take(token: ConcertToken): void {
    const state = this.#state;
    if (token.kind === 'enq') this.#called();
    else if (token.kind === 'frame') this.#spokenTo(token.text);
    else if (token.kind === 'damaged') this.#spokenTo(null);
    else if (token.kind === 'eot') this.#hungUp();
    else if (state.at === 'calling') {
      if (token.kind === 'ack') this.#speak(1);
      else this.#pause(state.tries);
    } else if (state.at === 'speaking') {
      if (token.kind === 'ack' || state.sendings >= mostSendings) this.#done();
      else this.#speak(state.sendings + 1);
    }
  }

  #called(): void {
    // A terminal that has something to say does not give way.
    if (this.#state.at === 'calling' || this.#state.at === 'speaking') return;
    const manner = this.#options.meetCall();
    if (manner === 'accept') {
      this.#control('ack');
      this.#enter({ at: 'listening', text: null }, this.#textMs, () => this.#hungUp());
    } else if (manner === 'refuse') this.#control('nak');
    else if (manner === 'noise') this.#options.write(Uint8Array.of(0x86, 0xf8));
  }

  /** Null: the frame was damaged. */
  #spokenTo(text: Uint8Array | null): void {
    if (this.#state.at !== 'listening') return;
    if (text === null || !this.#options.accepts(text)) {
      this.#control('nak');
    } else {
      this.#control('ack');
      this.#enter({ at: 'listening', text }, this.#textMs, () => this.#hungUp());
    }
  }

  /** The till's request counts once it has hung up, or has left the line alone for as long as that. */
  #hungUp(): void {
    if (this.#state.at !== 'listening') return;
    const { text } = this.#state;
    this.#rest();
    if (text) this.#options.heard(text);
    this.#callIfNeeded();
  }

  #callIfNeeded(): void {
    if (this.#state.at === 'rest' && this.#answers.length > 0) this.#call(1);
  }

  #call(tries: number): void {
    this.#control('enq');
    this.#enter({ at: 'calling', tries }, this.#callMs, () => this.#pause(tries));
  }

  #pause(tries: number): void {
    if (tries >= mostTries) {
      this.#done();
      return;
    }
    this.#control('eot');
    this.#enter({ at: 'pausing', tries }, this.#callMs, () => this.#call(tries + 1));
  }

  #speak(sendings: number): void {
    const [text] = this.#answers;
    if (!text) return;
    const frame = encodeFrame(text);
    if (this.#options.spoils(sendings)) frame.set([(frame.at(-1) ?? 0) ^ 0x01], frame.length - 1);
    this.#options.write(frame);
    this.#enter({ at: 'speaking', sendings }, this.#textMs, () => this.#done());
  }

  /** Said, or given up: its journal knows what the till may not. */
  #done(): void {
    this.#control('eot');
    this.#answers.shift();
    this.#rest();
    this.#callIfNeeded();
  }

  #rest(): void {
    this.#cancelLimit();
    this.#state = { at: 'rest' };
  }

  #enter(state: State, limitMs: number, then: () => void): void {
    this.#cancelLimit();
    this.#state = state;
    this.#cancelLimit = this.#options.clock.setTimer(limitMs, then);
  }

  #control(name: keyof typeof controlBytes): void {
    this.#options.write(Uint8Array.of(controlBytes[name]));
  }
}
