import type { Fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { OsdpCommand } from './osdp-messages.ts';
import { longestPacket, type OsdpPacket } from './osdp-packet.ts';
import {
  addOrder,
  answered,
  changeKey,
  type KeyChange,
  type LinkEffect,
  lineDown,
  lineUp,
  newLink,
  type ReaderKeys,
  type ReaderLink,
  type Step,
  takeTurn,
  unanswered,
} from './reader-link.ts';

/** How fast the line is, and how patient the panel. */
export interface BusTiming {
  /** Time of one byte on the wire: 10 bits. */
  readonly byteMs: number;
  /** A reader may think for so long before its answer begins (200 ms in the standard). */
  readonly replyDelayMs: number;
  /** Between two polls of one reader. */
  readonly pollMs: number;
}

/** Many readers on one line; one speaks at a time, and only when it is asked. Pure: `nextBus(state, input)`. */
export interface BusState {
  readonly timing: BusTiming;
  readonly links: readonly ReaderLink[];
  readonly line: 'down' | 'up';
  /** Whose answer is awaited. */
  readonly awaiting: Awaiting | null;
  /** The line rests so long after each answer, for the readers' drivers to let go of it. */
  readonly quietUntilMs: number;
}

interface Awaiting {
  readonly unit: number;
  readonly deadlineMs: number;
  /** However much comes, it is over then: a babbling reader cannot hold the line. */
  readonly endMs: number;
  readonly garbled: boolean;
  readonly outOfTurn: boolean;
}

export type BusInput =
  | { readonly type: 'line-up' }
  | { readonly type: 'line-down'; readonly fault: Fault }
  | {
      readonly type: 'arrived';
      readonly packets: readonly OsdpPacket[];
      /** Bytes of no packet. */
      readonly discarded: number;
    }
  | { readonly type: 'woken' }
  | { readonly type: 'order'; readonly unit: number; readonly orderId: number; readonly command: OsdpCommand }
  | { readonly type: 'change-key'; readonly unit: number; readonly change: KeyChange };

export type BusEffect =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** The one timer of the bus: a later `wake` takes its place. */
  | { readonly type: 'wake'; readonly atMs: number }
  /** Packets of no answer that was awaited: another reader, another number, or nobody was asked. */
  | { readonly type: 'unasked'; readonly count: number }
  | ({ readonly unit: number } & LinkEffect);

export interface BusStep {
  readonly state: BusState;
  readonly effects: readonly BusEffect[];
}

/** Bytes that may still come after the last that came; a reader pauses for no longer within a packet. */
const pauseMs = 20;

export function newBus(
  readers: readonly { readonly unit: number; readonly keys: ReaderKeys }[],
  timing: BusTiming,
): BusState {
  invariant(
    new Set(readers.map(({ unit }) => unit)).size === readers.length,
    'a reader has an address of its own',
  );
  return {
    timing,
    links: readers.map(({ unit, keys }) => newLink(unit, keys)),
    line: 'down',
    awaiting: null,
    quietUntilMs: 0,
  };
}

export function nextBus(
  state: BusState,
  input: BusInput,
  around: { readonly nowMs: number; readonly randomBytes: (count: number) => Uint8Array },
): BusStep {
  const taken = take(state, input, around.nowMs);
  const gone = goOn(taken.state, around);
  return { state: gone.state, effects: [...taken.effects, ...gone.effects] };
}

function take(state: BusState, input: BusInput, nowMs: number): BusStep {
  switch (input.type) {
    case 'line-up':
      return {
        state: {
          ...state,
          line: 'up',
          awaiting: null,
          quietUntilMs: nowMs,
          links: state.links.map((link) => lineUp(link, nowMs)),
        },
        effects: [],
      };
    case 'line-down': {
      const steps = state.links.map((link) => lineDown(link, input.fault));
      return {
        state: { ...state, line: 'down', awaiting: null, links: steps.map(({ link }) => link) },
        effects: steps.flatMap(({ link, effects }) => ofUnit(link.unit, effects)),
      };
    }
    case 'arrived':
      return input.packets.reduce<BusStep>(
        (step, packet) => {
          const next = packetCame(step.state, packet, nowMs);
          return { state: next.state, effects: [...step.effects, ...next.effects] };
        },
        { state: bytesCame(state, input.discarded, nowMs), effects: [] },
      );
    case 'woken':
      return state.awaiting && nowMs >= state.awaiting.deadlineMs
        ? noReply(state, state.awaiting, nowMs)
        : calm(state);
    case 'order':
      return stepped(state, input.unit, (link) =>
        addOrder(link, { orderId: input.orderId, command: input.command }, nowMs),
      );
    case 'change-key': {
      const { awaiting } = state;
      // The answer that was on its way is let pass before the line is used again.
      const free =
        awaiting?.unit === input.unit
          ? { ...state, awaiting: null, quietUntilMs: awaiting.deadlineMs }
          : state;
      return stepped(free, input.unit, (link) => changeKey(link, input.change, nowMs));
    }
  }
}

/** As long as bytes come, the answer may still be on its way, within its bound. */
function bytesCame(state: BusState, discarded: number, nowMs: number): BusState {
  const { awaiting } = state;
  if (!awaiting) return state;
  const deadlineMs = Math.min(awaiting.endMs, Math.max(awaiting.deadlineMs, nowMs + pauseMs));
  return { ...state, awaiting: { ...awaiting, deadlineMs, garbled: awaiting.garbled || discarded > 0 } };
}

function packetCame(state: BusState, packet: OsdpPacket, nowMs: number): BusStep {
  const { awaiting } = state;
  const link = awaiting && state.links.find(({ unit }) => unit === awaiting.unit);
  const step = link ? answered(link, packet, nowMs, state.timing) : 'ignored';
  if (step === 'ignored') {
    return {
      state: awaiting ? { ...state, awaiting: { ...awaiting, outOfTurn: true } } : state,
      effects: [{ type: 'unasked', count: 1 }],
    };
  }
  return {
    state: {
      ...withLink(state, step.link),
      awaiting: null,
      quietUntilMs: nowMs + turnaroundMs(state.timing),
    },
    effects: ofUnit(step.link.unit, step.effects),
  };
}

function noReply(state: BusState, awaiting: Awaiting, nowMs: number): BusStep {
  const why = awaiting.garbled ? 'garbled' : awaiting.outOfTurn ? 'wrong-sequence' : 'silence';
  return stepped({ ...state, awaiting: null, quietUntilMs: nowMs }, awaiting.unit, (link) =>
    unanswered(link, why, nowMs),
  );
}

/** Gives the line to the reader that waits longest, one with orders first. */
function goOn(
  state: BusState,
  { nowMs, randomBytes }: { readonly nowMs: number; readonly randomBytes: (count: number) => Uint8Array },
): BusStep {
  if (state.line === 'down') return calm(state);
  if (state.awaiting) return { state, effects: [{ type: 'wake', atMs: state.awaiting.deadlineMs }] };
  const dueMs = Math.min(...state.links.map((link) => link.dueMs));
  const turnMs = Math.max(dueMs, state.quietUntilMs);
  if (turnMs > nowMs)
    return Number.isFinite(turnMs) ? { state, effects: [{ type: 'wake', atMs: turnMs }] } : calm(state);
  const ready = state.links.filter((link) => link.dueMs <= nowMs);
  const next = ready.reduce((best, link) => (comesBefore(link, best) ? link : best));
  const { link, bytes } = takeTurn(next, randomBytes);
  const { timing } = state;
  const sentMs = nowMs + bytes.length * timing.byteMs;
  const endMs = sentMs + timing.replyDelayMs + longestPacket * timing.byteMs;
  const deadlineMs = sentMs + timing.replyDelayMs;
  const awaiting: Awaiting = { unit: link.unit, deadlineMs, endMs, garbled: false, outOfTurn: false };
  return {
    state: { ...withLink(state, link), awaiting },
    effects: [
      { type: 'send', bytes },
      { type: 'wake', atMs: deadlineMs },
    ],
  };
}

function comesBefore(link: ReaderLink, other: ReaderLink): boolean {
  const orders = Math.sign(link.orders.length) - Math.sign(other.orders.length);
  return orders === 0 ? link.dueMs < other.dueMs : orders > 0;
}

function turnaroundMs({ byteMs }: BusTiming): number {
  return 2 * byteMs;
}

function stepped(state: BusState, unit: number, move: (link: ReaderLink) => Step): BusStep {
  const link = state.links.find((candidate) => candidate.unit === unit);
  invariant(link, `reader ${unit} is on this line`);
  const step = move(link);
  return { state: withLink(state, step.link), effects: ofUnit(unit, step.effects) };
}

function withLink(state: BusState, link: ReaderLink): BusState {
  return { ...state, links: state.links.map((each) => (each.unit === link.unit ? link : each)) };
}

function ofUnit(unit: number, effects: readonly LinkEffect[]): BusEffect[] {
  return effects.map((effect) => ({ unit, ...effect }));
}

function calm(state: BusState): BusStep {
  return { state, effects: [] };
}
