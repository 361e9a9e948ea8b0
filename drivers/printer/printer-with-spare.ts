import type { DeviceState } from '../device.ts';
import type { PrintBlock, Printer, PrintOutcome } from './printer.ts';

/**
 * Two printers that are one: what the first surely did not print, the second prints. An outcome that is not known stays so:
 * nothing is printed a second time by itself (I11). Starting and stopping reaches both.
 */
export class PrinterWithSpare implements Printer {
  readonly #printer: Printer;
  readonly #spare: Printer;

  constructor({ printer, spare }: { readonly printer: Printer; readonly spare: Printer }) {
    this.#printer = printer;
    this.#spare = spare;
  }

  get columns(): number {
    return this.#printer.columns;
  }

  /** Ready when either is; otherwise what is wrong with the first. */
  get state(): DeviceState {
    const { state } = this.#printer;
    return state.status !== 'ready' && this.#spare.state.status === 'ready' ? this.#spare.state : state;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    const tell = () => listener(this.state);
    const stops = [this.#printer.onState(tell), this.#spare.onState(tell)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  start(): void {
    this.#printer.start();
    this.#spare.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#printer.stop(), this.#spare.stop()]);
  }

  /** Resolves within twice the time of one printer. */
  async print(blocks: readonly PrintBlock[]): Promise<PrintOutcome> {
    const first = await this.#printer.print(blocks);
    if (first.kind !== 'not-printed') return first;
    const second = await this.#spare.print(blocks);
    // The fault of the first is the one to repair.
    return second.kind === 'not-printed' ? first : second;
  }
}
