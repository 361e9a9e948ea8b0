/** What every simulated device is, whatever bytes it speaks. The panel and the tests know sims only by this. */
export interface Sim {
  /** Name in the club file, `terminal`, `gate-1-reader`. */
  readonly name: string;
  /** Model it imitates, `escpos`. */
  readonly model: string;
  /** The address a driver uses to reach it, known once started: `serial:///tmp/…/dispenser?baud=9600`. */
  readonly address: string;
  /** Starts listening. Rejects with what to do when it cannot (port taken, socat missing). */
  start(): Promise<void>;
  /** Ends everything it started. Safe to repeat. */
  stop(): Promise<void>;
  /** What a person would see of the device now, as plain JSON. Truthful in the middle of a movement. */
  view(): SimView;
  /** Called after every change of the view. */
  onChange(listener: () => void): () => void;
  /** What a person or the world does to it. Rejects with a sentence when that is not possible now. */
  act(action: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** The actions it understands, for the panel and for the one who types a wrong one. */
  readonly actions: readonly SimAction[];
  /** Named faults that can be switched on; `act('fault', {name, on})` switches. */
  readonly faults: readonly NamedFault[];
  /** Everything it received, oldest first, at most 1,000 entries: what the tests read. */
  readonly received: readonly ReceivedFrame[];
}

export type SimView = Readonly<Record<string, unknown>>;

export interface SimAction {
  readonly name: string;
  readonly words: string;
  readonly args?: Readonly<Record<string, string>>;
}

export interface NamedFault {
  readonly name: string;
  readonly words: string;
}

export interface ReceivedFrame {
  readonly atMonotonicMs: number;
  readonly hex: string;
  /** What the sim understood, `MOVE to encoder`. */
  readonly meaning: string;
}
