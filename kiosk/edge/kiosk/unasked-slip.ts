import type { Log } from '@portillon/core/base/log.ts';
import type { Screen } from '../../bridge/view.ts';
import type { PrintResult } from './paper-trail.ts';

/** What becomes of the slip that belongs to what is shown. */
export type SlipOnScreen = Extract<Screen, { name: 'trouble' }>['slip'];

/** The paper that comes out without being asked for, as the screen tells of it. */
export class UnaskedSlip {
  readonly #log: Log;
  readonly #onChange: () => void;
  #state: SlipOnScreen = 'none';
  /** Told apart by identity: what comes out late, once the screen went on, says nothing on the next one. */
  #shownWith = {};

  constructor({ log, onChange }: { readonly log: Log; readonly onChange: () => void }) {
    this.#log = log;
    this.#onChange = onChange;
  }

  get state(): SlipOnScreen {
    return this.#state;
  }

  /** The screen goes on to something else. */
  forget(): void {
    this.#state = 'none';
    this.#shownWith = {};
  }

  /** `printing` resolves with null where no slip is due, or where it was printed before. */
  watch(printing: Promise<PrintResult | null>): void {
    const shownWith = this.#shownWith;
    printing
      .then((printed) => {
        if (printed === null || this.#shownWith !== shownWith) return;
        this.#state = printed === 'printed' ? 'printed' : 'not-printed';
        this.#onChange();
      })
      .catch((error: unknown) => this.#log.error('kiosk.slip-failed', { detail: String(error) }));
  }

  /** The printer is at work. */
  begun(): void {
    this.#state = 'printing';
    this.#onChange();
  }
}
