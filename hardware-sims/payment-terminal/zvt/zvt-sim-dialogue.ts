import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { Apdu } from '@portillon/drivers/payment-terminal/zvt/apdu.ts';
import { zvtCommands } from '@portillon/drivers/payment-terminal/zvt/zvt-messages.ts';

/** The process that a command began has ended from outside: the till is gone, or the terminal is switched off. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

type Answer = 'silence' | Apdu;

/** One process of the terminal, which leads: it says something and waits for the till's answer, or for a person. */
export class ZvtSimDialogue {
  readonly #clock: Clock;
  readonly #send: (apdu: Apdu) => void;
  #answer: ((apdu: Apdu) => void) | undefined;
  #end: (() => void) | undefined;
  /** Rejects when it ends. */
  readonly #ended: Promise<never>;
  #said = 0;
  hasEnded = false;

  constructor(clock: Clock, send: (apdu: Apdu) => void) {
    this.#clock = clock;
    this.#send = send;
    this.#ended = new Promise((_, reject) => {
      this.#end = () => reject(new ProcessEnded());
    });
    this.#ended.catch(() => undefined); // an end that nobody waits for is no news
  }

  /** What was said last ends the process. */
  get isAtItsEnd(): boolean {
    return this.#said === zvtCommands.completion || this.#said === zvtCommands.aborted;
  }

  /** The till's answer, or `silence` after the limit. Rejects with `ProcessEnded`. */
  async say(apdu: Apdu, limitMs: number): Promise<Answer> {
    if (this.hasEnded) throw new ProcessEnded();
    const answered = new Promise<Apdu>((resolve) => {
      this.#answer = resolve;
    });
    this.#said = apdu.command;
    this.#send(apdu);
    const answer = await this.within(limitMs, answered);
    this.#answer = undefined;
    return answer === 'timed-out' ? 'silence' : answer;
  }

  /** Something that happens by itself or by a person, or `timed-out`. Rejects with `ProcessEnded`. */
  within<T>(limitMs: number, happening: Promise<T>): Promise<T | 'timed-out'> {
    let cancel: CancelTimer = () => undefined;
    const over = new Promise<'timed-out'>((resolve) => {
      cancel = this.#clock.setTimer(limitMs, () => resolve('timed-out'));
    });
    return Promise.race([happening, over, this.#ended]).finally(() => cancel());
  }

  async pause(pauseMs: number): Promise<void> {
    await this.within(pauseMs, new Promise(() => undefined));
  }

  /** An answer of the till has arrived. False when nothing was asked. */
  answered(apdu: Apdu): boolean {
    if (!this.#answer) return false;
    this.#answer(apdu);
    return true;
  }

  end(): void {
    this.hasEnded = true;
    this.#end?.();
  }
}
