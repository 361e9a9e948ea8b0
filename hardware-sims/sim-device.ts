import type { Clock } from '@portillon/core/base/clock.ts';
import type { NamedFault, ReceivedFrame, Sim, SimAction, SimView } from './sim.ts';
import { NotPossible } from './world/not-possible.ts';

export interface SimDeviceOptions {
  readonly name: string;
  readonly clock: Clock;
}

type ActArgs = Readonly<Record<string, unknown>>;

const keptFrames = 1_000;

const faultAction: SimAction = {
  name: 'fault',
  words: 'Switch a named fault on or off',
  args: { name: 'name of the fault', on: 'true or false' },
};

/** What all simulated devices do alike: named faults, the record of what was received, who watches the view. */
export abstract class SimDevice implements Sim {
  readonly name: string;
  abstract readonly model: string;
  abstract readonly address: string;
  readonly actions: readonly SimAction[];
  readonly faults: readonly NamedFault[];
  protected readonly clock: Clock;
  readonly #on = new Set<string>();
  readonly #received: ReceivedFrame[] = [];
  readonly #listeners = new Set<{ readonly call: () => void }>();

  constructor(options: SimDeviceOptions, actions: readonly SimAction[], faults: readonly NamedFault[]) {
    this.name = options.name;
    this.clock = options.clock;
    this.actions = [...actions, faultAction];
    this.faults = faults;
  }

  abstract start(): Promise<void>;
  abstract stop(): Promise<void>;
  abstract view(): SimView;
  /** One of the device's own actions, known to exist. */
  protected abstract perform(action: string, args: ActArgs): Promise<unknown>;
  /** A fault has just been switched. */
  protected abstract faultSwitched(name: string, on: boolean): Promise<void>;

  get received(): readonly ReceivedFrame[] {
    return this.#received;
  }

  onChange(listener: () => void): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  async act(action: string, args: ActArgs = {}): Promise<unknown> {
    if (action === 'fault') {
      if (typeof args.name !== 'string' || typeof args.on !== 'boolean') {
        throw new NotPossible('unknown', 'A fault is switched with its name, and on as true or false.');
      }
      await this.setFault(args.name, args.on);
      return undefined;
    }
    if (!this.actions.some((known) => known.name === action)) {
      const names = this.actions.map((known) => known.name).join(', ');
      throw new NotPossible('unknown', `There is no action ${action}; there are ${names}.`);
    }
    return this.perform(action, args);
  }

  protected get faultsOn(): readonly string[] {
    return [...this.#on];
  }

  protected hasFault(name: string): boolean {
    return this.#on.has(name);
  }

  protected async setFault(name: string, on: boolean): Promise<void> {
    if (!this.faults.some((known) => known.name === name)) {
      const names = this.faults.map((known) => known.name).join(', ');
      throw new NotPossible('unknown', `There is no fault ${name}; there are ${names}.`);
    }
    if (this.#on.has(name) === on) return;
    if (on) this.#on.add(name);
    else this.#on.delete(name);
    await this.faultSwitched(name, on);
    this.changed();
  }

  protected record(bytes: Uint8Array, meaning: string): void {
    this.#received.push({
      atMonotonicMs: this.clock.monotonicMs(),
      hex: Buffer.from(bytes).toString('hex'),
      meaning,
    });
    if (this.#received.length > keptFrames) this.#received.shift();
    this.changed();
  }

  protected changed(): void {
    for (const { call } of [...this.#listeners]) call();
  }
}
