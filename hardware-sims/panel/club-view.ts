import type { NamedFault, SimAction, SimView } from '../sim.ts';

/** What the panel's API answers, as types only: server, client, page and tests read the same words. */

export interface ClubView {
  readonly name: string;
  readonly brand: string;
  /** Monotonic milliseconds of the program when this view was made. */
  readonly atMonotonicMs: number;
  readonly devices: readonly DeviceView[];
  readonly gates: readonly GateView[];
  /** Every card but those in the stacker, which the dispenser counts. */
  readonly cards: readonly CardView[];
  /** The last 50, oldest first. */
  readonly papers: readonly PaperView[];
  /** Codes that lie on no paper here: typed ones, and those of papers before a restart. Newest first, at most 20. */
  readonly codes: readonly string[];
  /** What could not be started, and how to get it. */
  readonly missing: readonly MissingDevice[];
}

export type DeviceKind =
  | 'terminal'
  | 'dispenser'
  | 'printer'
  | 'kiosk-reader'
  | 'board'
  | 'reader'
  | 'badge-reader'
  | 'scanner'
  | 'network';

export interface DeviceView {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly model: string;
  readonly address: string;
  readonly gateId: string | null;
  readonly view: SimView;
  readonly actions: readonly SimAction[];
  readonly faults: readonly NamedFault[];
  readonly receivedCount: number;
}

export interface GateView {
  readonly id: string;
  readonly name: string;
  /** Names of its devices; null when missing. */
  readonly board: string | null;
  readonly reader: string | null;
  /** Null where there is none, too. */
  readonly badgeReader: string | null;
  readonly scanner: string | null;
  /** Of the screen beside it, as the edge shows it; null where there is none. */
  readonly screenUrl: string | null;
}

export type CardPlace =
  | { readonly at: 'hand' }
  | { readonly at: 'reader'; readonly gateId: string }
  | { readonly at: 'kiosk-reader' }
  | { readonly at: 'encoder' | 'mouth' | 'bin' | 'path' };

export interface CardView {
  readonly cardId: string;
  readonly label: string;
  readonly kind: 'club-card' | 'foreign-desfire' | 'uid-badge';
  readonly place: CardPlace;
  /** What can be the matter with it; none for cards that are played as badges. */
  readonly faults: readonly (NamedFault & { readonly on: boolean })[];
}

export interface PaperView {
  readonly index: number;
  readonly torn: boolean;
  readonly lineCount: number;
  /** Texts of its QR codes, from top to bottom. */
  readonly codes: readonly string[];
}

export interface Paper extends PaperView {
  readonly lines: readonly string[];
}

export interface MissingDevice {
  readonly name: string;
  readonly why: string;
  /** What to type to get it, or null when nothing can be installed. */
  readonly command: string | null;
}

export interface ReceivedEntry {
  /** On the same scale as `atMonotonicMs` of the club's view. */
  readonly atMonotonicMs: number;
  readonly hex: string;
  readonly meaning: string;
}

/** What the bank says to the next payment card. The last one: the payment is booked, but the till never hears of it. */
export type BankAnswer = 'approve' | 'decline' | 'timeout-after-approval';

/** What a person does that touches more than one device: what must be told, and what comes of it. */
export interface WorldActs {
  /** Takes the card out of the dispenser's mouth. */
  'take-card': { readonly args: object; readonly answer: { readonly cardId: string } };
  /** Holds a card against a gate's reader (800 ms unless told); answers when it is back in the hand. */
  tap: {
    readonly args: { readonly gateId?: string; readonly cardId: string; readonly holdMs?: number };
    readonly answer: { readonly cardId: string; readonly gateId: string };
  };
  /** Holds a card against the kiosk's reader and leaves it there; answers when the reader has noticed it. */
  'lay-on-kiosk': {
    readonly args: { readonly cardId: string };
    readonly answer: { readonly cardId: string };
  };
  /** Takes whatever lies on the kiosk's reader back into the hand. */
  'lift-from-kiosk': { readonly args: object; readonly answer: null };
  /** Switches a fault of a card on or off; the next one that talks to it meets it. */
  'card-fault': {
    readonly args: { readonly cardId: string; readonly name: string; readonly on: boolean };
    readonly answer: null;
  };
  /** Pushes the arm of a gate, as a person of flesh would; a locked entry does not give way. */
  push: {
    readonly args: { readonly gateId?: string; readonly direction: 'entry' | 'exit' };
    readonly answer: { readonly passed: boolean; readonly words: string };
  };
  /** Taps, waits for the release (10 s unless told), and walks in. `releasedAfterMs` counts from the tap. */
  'walk-through': {
    readonly args: {
      readonly gateId?: string;
      readonly cardId: string;
      readonly holdMs?: number;
      readonly limitMs?: number;
    };
    readonly answer: { readonly passed: boolean; readonly releasedAfterMs: number | null };
  };
  /** Holds a code before a gate's scanner: a text, or a code on a paper (the first unless told). */
  scan: {
    readonly args:
      | { readonly gateId?: string; readonly text: string }
      | { readonly gateId?: string; readonly paperIndex: number; readonly qrIndex?: number };
    readonly answer: { readonly text: string };
  };
  /** Tears off what hangs out of the printer; the last paper unless told. */
  'tear-paper': {
    readonly args: { readonly paperIndex?: number };
    readonly answer: { readonly paperIndex: number };
  };
  /** Holds a payment card against the terminal and settles what the bank will say. */
  'present-card': { readonly args: { readonly answer: BankAnswer }; readonly answer: null };
  'cut-network': { readonly args: object; readonly answer: null };
  'restore-network': { readonly args: object; readonly answer: null };
}
export type WorldActName = keyof WorldActs;
