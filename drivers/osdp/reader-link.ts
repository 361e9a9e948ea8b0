import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import {
  belongsTo,
  commandCodes,
  commands,
  nakReasons,
  nakWord,
  noAbilities,
  type OsdpCommand,
  type OsdpReply,
  type ReaderAbilities,
  type ReaderEvent,
  type ReaderIdentity,
  readAbilities,
  readEvent,
  readIdentity,
  replyCodes,
} from './osdp-messages.ts';
import { encodePacket, type OsdpPacket } from './osdp-packet.ts';
import {
  blockTypes,
  initialMac,
  installationKey,
  openChannel,
  panelCryptogram,
  readerCryptogram,
  type SecureChannel,
  seal,
  sessionKeys,
  unseal,
} from './secure-channel.ts';

/** The keys that a reader may hold: its own, and one that was being written when the power went. */
export interface ReaderKeys {
  readonly current: Uint8Array | null;
  readonly next: Uint8Array | null;
}

export type LinkStatus =
  /** Not asked yet. */
  | { readonly name: 'starting' }
  /** The channel is open. */
  | {
      readonly name: 'online';
      readonly identity: ReaderIdentity | null;
      readonly abilities: ReaderAbilities;
      readonly tampered: boolean;
      readonly powerFailed: boolean;
      /** It answers and does not do what it is told. */
      readonly refusing: Fault | null;
    }
  | { readonly name: 'down'; readonly fault: Fault };

/** What went wrong on the way, since start. */
export interface LinkCounts {
  readonly silences: number;
  readonly garbled: number;
  readonly wrongSequence: number;
  readonly wrongMac: number;
  readonly busy: number;
  readonly refusals: number;
  readonly malformed: number;
}

export type LinkEffect =
  | { readonly type: 'status'; readonly status: LinkStatus }
  | { readonly type: 'event'; readonly event: ReaderEvent }
  | { readonly type: 'settled'; readonly orderId: number; readonly result: Result<OsdpReply, Fault> }
  /** The reader proved that it holds the key that was being written: it is its key now. */
  | { readonly type: 'next-key-proven' };

interface LinkOrder {
  readonly orderId: number;
  readonly command: OsdpCommand;
}

/** A key that is to be written into the reader, and the channel in which to do it. */
export interface KeyChange {
  readonly orderId: number;
  readonly newKey: Uint8Array;
  /** `installation`: the default key, in a reader that is in its installation mode; `current`: the reader's own. */
  readonly through: 'installation' | 'current';
}

type KeyChoice = 'current' | 'next' | 'installation';

type Phase =
  | { readonly name: 'identify' }
  | { readonly name: 'abilities' }
  | { readonly name: 'challenge'; readonly key: KeyChoice; readonly panelRandom: Uint8Array }
  | {
      readonly name: 'prove';
      readonly key: KeyChoice;
      readonly channel: SecureChannel;
      readonly cryptogram: Uint8Array;
    }
  | { readonly name: 'online'; readonly key: KeyChoice; readonly channel: SecureChannel };

/** What was sent and not answered: sent again, it is the same bytes under the same number. */
interface Exchange {
  readonly bytes: Uint8Array;
  readonly code: number;
  readonly orderId: number | null;
  readonly triesLeft: number;
  readonly busySinceMs: number | null;
}

/** One reader, as the panel sees it. Pure: `takeTurn` sends, `answered` and `unanswered` go on from there. */
export interface ReaderLink {
  readonly unit: number;
  readonly keys: ReaderKeys;
  readonly phase: Phase;
  readonly status: LinkStatus;
  /** The number of the last command; the next one follows, and 0 starts over. */
  readonly sequence: number;
  readonly exchange: Exchange | null;
  readonly orders: readonly LinkOrder[];
  readonly keyChange: KeyChange | null;
  readonly identity: ReaderIdentity | null;
  readonly abilities: ReaderAbilities;
  /** The key to try next. */
  readonly keyToTry: KeyChoice;
  readonly dueMs: number;
  readonly restMs: number;
  readonly counts: LinkCounts;
}

export interface LinkTiming {
  /** Between two polls of one reader. */
  readonly pollMs: number;
}

export type Step = { readonly link: ReaderLink; readonly effects: readonly LinkEffect[] };

/** Why an exchange brought no reply that counts. */
export type NoReply = 'silence' | 'garbled' | 'wrong-sequence';

export const queuedOrders = 16;
const tries = 3;
/** An output moves something: it is asked for once more at most, then its state. */
const outputTries = 2;
const busyLimitMs = 3_000;
const busyRestMs = 50;
const firstRestMs = 250;
const longestRestMs = 5_000;
/** A reader that is refused is asked again: somebody may have put the right one back. */
const refusedRestMs = 10_000;

export function newLink(unit: number, keys: ReaderKeys): ReaderLink {
  return {
    unit,
    keys,
    phase: { name: 'identify' },
    status: { name: 'starting' },
    sequence: 0,
    exchange: null,
    orders: [],
    keyChange: null,
    identity: null,
    abilities: noAbilities,
    keyToTry: 'current',
    dueMs: 0,
    restMs: firstRestMs,
    counts: { silences: 0, garbled: 0, wrongSequence: 0, wrongMac: 0, busy: 0, refusals: 0, malformed: 0 },
  };
}

/** The line is open (again): begin with the first number. */
export function lineUp(link: ReaderLink, nowMs: number): ReaderLink {
  return { ...startOver(link), keyToTry: 'current', dueMs: nowMs, restMs: firstRestMs };
}

export function lineDown(link: ReaderLink, reason: Fault): Step {
  return down(link, reason, Number.POSITIVE_INFINITY);
}

export function addOrder(link: ReaderLink, order: LinkOrder, nowMs: number): Step {
  if (link.status.name !== 'online') {
    const reason =
      link.status.name === 'down'
        ? link.status.fault
        : fault('reader.no-answer', 'it has not been reached yet');
    return { link, effects: [settled(order.orderId, err(reason))] };
  }
  if (link.orders.length >= queuedOrders) {
    return { link, effects: [settled(order.orderId, err(fault('reader.refused', 'too many orders wait')))] };
  }
  const dueMs = link.exchange ? link.dueMs : nowMs;
  return { link: { ...link, orders: [...link.orders, order], dueMs }, effects: [] };
}

/** Writes a new key. The link starts over, in the channel that the change is to go through. */
export function changeKey(link: ReaderLink, change: KeyChange, nowMs: number): Step {
  const replaced = link.keyChange
    ? [settled(link.keyChange.orderId, err(fault('reader.refused', 'another key change came after it')))]
    : [];
  const { link: idle, effects } = dropOrders(link, fault('reader.channel-lost', 'a key is being written'));
  return {
    link: {
      ...startOver(idle),
      keys: { ...idle.keys, next: change.newKey },
      keyChange: change,
      keyToTry: change.through,
      dueMs: nowMs,
    },
    effects: [...replaced, ...effects],
  };
}

/** The bytes of this reader's turn. */
export function takeTurn(
  link: ReaderLink,
  randomBytes: (count: number) => Uint8Array,
): { readonly link: ReaderLink; readonly bytes: Uint8Array } {
  if (link.exchange) return { link, bytes: link.exchange.bytes };
  switch (link.phase.name) {
    case 'identify':
      return inClear(link, commands.id, null);
    case 'abilities':
      return inClear(link, commands.capabilities, null);
    case 'challenge': {
      const panelRandom = randomBytes(8);
      const phase: Phase = { name: 'challenge', key: link.phase.key, panelRandom };
      return inClear(
        { ...link, phase, sequence: 0 },
        { code: commandCodes.challenge, data: panelRandom },
        { type: blockTypes.challenge, data: Uint8Array.of(keyMark(link.phase.key)) },
      );
    }
    case 'prove':
      return inClear(
        link,
        { code: commandCodes.panelCryptogram, data: link.phase.cryptogram },
        { type: blockTypes.panelCryptogram, data: Uint8Array.of(keyMark(link.phase.key)) },
      );
    case 'online':
      return secured(link, link.phase);
  }
}

/** A packet of the reader whose turn it is, its check sum right. `ignored`: it answers nothing, wait on. */
export function answered(
  link: ReaderLink,
  packet: OsdpPacket,
  nowMs: number,
  timing: LinkTiming,
): Step | 'ignored' {
  const { exchange } = link;
  if (!exchange || packet.unit !== link.unit) return 'ignored';
  if (packet.code === replyCodes.busy && !packet.mac) return busy(link, exchange, nowMs);
  if (packet.sequence !== link.sequence) return 'ignored';
  if (link.phase.name === 'online') return securedReply(link, link.phase, exchange, packet, nowMs, timing);
  return clearReply(link, exchange, packet, nowMs);
}

/** The time for an answer is over. */
export function unanswered(link: ReaderLink, why: NoReply, nowMs: number): Step {
  const { exchange } = link;
  if (!exchange) return { link, effects: [] };
  const counted = count(
    link,
    why === 'silence' ? 'silences' : why === 'garbled' ? 'garbled' : 'wrongSequence',
  );
  if (exchange.triesLeft > 1) {
    const next = { ...exchange, triesLeft: exchange.triesLeft - 1 };
    return { link: { ...counted, exchange: next, dueMs: nowMs }, effects: [] };
  }
  const reason =
    why === 'silence'
      ? fault('reader.no-answer', `reader ${link.unit} is silent`)
      : fault(
          'line.garbled',
          `reader ${link.unit} answers ${why === 'garbled' ? 'nonsense' : 'out of turn'}`,
        );
  return down(counted, reason, nowMs + link.restMs);
}

function inClear(
  link: ReaderLink,
  command: OsdpCommand,
  block: { readonly type: number; readonly data: Uint8Array } | null,
): { link: ReaderLink; bytes: Uint8Array } {
  const bytes = encodePacket({ unit: link.unit, from: 'panel', sequence: link.sequence, block, ...command });
  return { link: { ...link, exchange: newExchange(bytes, command.code, null) }, bytes };
}

function secured(
  link: ReaderLink,
  phase: Extract<Phase, { name: 'online' }>,
): { link: ReaderLink; bytes: Uint8Array } {
  const change = phase.key === 'next' ? null : link.keyChange;
  const order = change ? undefined : link.orders[0];
  const orders = order ? link.orders.slice(1) : link.orders;
  const command = change ? commands.keySet(change.newKey) : (order?.command ?? commands.poll);
  const { bytes, channel } = seal(phase.channel, {
    unit: link.unit,
    from: 'panel',
    sequence: link.sequence,
    code: command.code,
    data: command.data,
  });
  return {
    link: {
      ...link,
      orders,
      phase: { ...phase, channel },
      exchange: newExchange(bytes, command.code, order?.orderId ?? null),
    },
    bytes,
  };
}

function newExchange(bytes: Uint8Array, code: number, orderId: number | null): Exchange {
  return {
    bytes,
    code,
    orderId,
    triesLeft: code === commandCodes.output ? outputTries : tries,
    busySinceMs: null,
  };
}

function busy(link: ReaderLink, exchange: Exchange, nowMs: number): Step {
  const counted = count(link, 'busy');
  const busySinceMs = exchange.busySinceMs ?? nowMs;
  if (nowMs - busySinceMs > busyLimitMs) {
    return down(
      counted,
      fault('reader.no-answer', `reader ${link.unit} is always busy`),
      nowMs + link.restMs,
    );
  }
  return {
    link: { ...counted, exchange: { ...exchange, busySinceMs }, dueMs: nowMs + busyRestMs },
    effects: [],
  };
}

/** Before the channel is open: who are you, what can you do, prove that you hold the key. */
function clearReply(link: ReaderLink, exchange: Exchange, packet: OsdpPacket, nowMs: number): Step {
  if (packet.code === replyCodes.nak) return clearRefusal(link, exchange, packet, nowMs);
  const next = done(link, nowMs);
  switch (link.phase.name) {
    case 'identify': {
      const identity = packet.code === replyCodes.id ? readIdentity(packet.data) : undefined;
      return { link: { ...next, identity: identity ?? null, phase: { name: 'abilities' } }, effects: [] };
    }
    case 'abilities': {
      const abilities =
        packet.code === replyCodes.capabilities ? (readAbilities(packet.data) ?? noAbilities) : noAbilities;
      return challenge({ ...next, abilities }, nowMs);
    }
    case 'challenge':
      return proveBoth(next, link.phase, packet, nowMs);
    case 'prove':
      return openedChannel(next, link.phase, packet, nowMs);
    case 'online':
      return { link, effects: [] };
  }
}

function challenge(link: ReaderLink, nowMs: number): Step {
  const key = link.keyToTry === 'current' && !link.keys.current ? 'next' : link.keyToTry;
  if (!keyOf(link, key)) {
    return down(
      link,
      fault('reader.no-key', `reader ${link.unit} has no key of its own`),
      nowMs + refusedRestMs,
    );
  }
  const phase: Phase = { name: 'challenge', key, panelRandom: new Uint8Array(8) };
  return { link: { ...link, phase }, effects: [] };
}

function clearRefusal(link: ReaderLink, exchange: Exchange, packet: OsdpPacket, nowMs: number): Step {
  const reason = packet.data[0] ?? 0;
  const counted = count(link, 'refusals');
  if (reason === nakReasons.badCheck) return unanswered(link, 'garbled', nowMs);
  if (reason === nakReasons.badSequence) {
    const words = `reader ${link.unit}: ${nakWord(reason)}`;
    return down(counted, fault('reader.channel-lost', words), nowMs + link.restMs);
  }
  // Some readers tell nothing in clear, not even who they are.
  const early = exchange.code === commandCodes.id || exchange.code === commandCodes.capabilities;
  if (early && reason !== nakReasons.unableToProcess) return challenge(done(counted, nowMs), nowMs);
  const words = `reader ${link.unit} refuses: ${nakWord(reason)}`;
  return early
    ? down(counted, fault('reader.refused', words), nowMs + link.restMs)
    : refused(counted, fault('reader.not-secure', words), nowMs);
}

function proveBoth(
  link: ReaderLink,
  { key, panelRandom }: Extract<Phase, { name: 'challenge' }>,
  packet: OsdpPacket,
  nowMs: number,
): Step {
  const scbk = keyOf(link, key);
  const { block, data } = packet;
  if (
    !scbk ||
    packet.code !== replyCodes.readerCryptogram ||
    block?.type !== blockTypes.readerCryptogram ||
    data.length !== 32
  ) {
    return refused(link, fault('reader.not-secure', `reader ${link.unit} opens no secure channel`), nowMs);
  }
  if (block.data[0] !== keyMark(key)) {
    const words = `reader ${link.unit} answers with the ${block.data[0] === 0 ? 'default' : 'other'} key`;
    return refused(link, fault('reader.not-secure', words), nowMs);
  }
  const readerRandom = data.subarray(8, 16);
  const keys = sessionKeys(scbk, panelRandom);
  if (Buffer.compare(readerCryptogram(keys, panelRandom, readerRandom), data.subarray(16)) !== 0) {
    return wrongKey(link, key, nowMs);
  }
  const cryptogram = panelCryptogram(keys, panelRandom, readerRandom);
  const channel = openChannel(keys, initialMac(keys, cryptogram));
  return { link: { ...link, phase: { name: 'prove', key, channel, cryptogram } }, effects: [] };
}

function openedChannel(
  link: ReaderLink,
  { key, channel }: Extract<Phase, { name: 'prove' }>,
  packet: OsdpPacket,
  nowMs: number,
): Step {
  const proven =
    packet.code === replyCodes.initialMac &&
    packet.block?.type === blockTypes.initialMac &&
    packet.block.data[0] === 1 &&
    Buffer.compare(packet.data, channel.readerMac) === 0;
  if (!proven) return wrongKey(link, key, nowMs);
  const opened: ReaderLink = { ...link, phase: { name: 'online', key, channel } };
  if (key === 'installation') return { link: opened, effects: [] };
  if (link.keyChange && key === 'current') return { link: opened, effects: [] };
  const keys = key === 'next' ? { current: link.keys.next, next: null } : link.keys;
  const change = link.keyChange;
  const online: LinkStatus = {
    name: 'online',
    identity: link.identity,
    abilities: link.abilities,
    tampered: false,
    powerFailed: false,
    refusing: null,
  };
  return {
    link: {
      ...opened,
      keys,
      keyToTry: 'current',
      keyChange: null,
      phase: { name: 'online', key: 'current', channel },
      status: online,
      restMs: firstRestMs,
      orders: [{ orderId: ownOrder, command: commands.localStatus }, ...link.orders],
    },
    effects: [
      ...(key === 'next' ? [{ type: 'next-key-proven' } as const] : []),
      ...(change ? [settled(change.orderId, ok({ code: replyCodes.ack, data: new Uint8Array(0) }))] : []),
      { type: 'status', status: online },
    ],
  };
}

/** Orders of the link itself settle nowhere. */
const ownOrder = -1;

function securedReply(
  link: ReaderLink,
  phase: Extract<Phase, { name: 'online' }>,
  exchange: Exchange,
  packet: OsdpPacket,
  nowMs: number,
  timing: LinkTiming,
): Step {
  const opened = packet.mac ? unseal(phase.channel, packet) : undefined;
  if (!opened) {
    // What is not sealed carries nothing, a reader that has lost the channel included: it says so, and is believed no more.
    const words = packet.mac ? 'a reply with a wrong MAC' : 'a reply in clear';
    const lost = fault('reader.channel-lost', `${words} from reader ${link.unit}`);
    return down(packet.mac ? count(link, 'wrongMac') : link, lost, nowMs + link.restMs);
  }
  const reply: OsdpReply = { code: packet.code, data: opened.data };
  const next: ReaderLink = { ...done(link, nowMs), phase: { ...phase, channel: opened.channel } };
  if (exchange.code === commandCodes.keySet) return keyWritten(next, reply, nowMs);
  const waits = next.orders.length > 0 || next.keyChange;
  return replied({ ...next, dueMs: waits ? nowMs : nowMs + timing.pollMs }, exchange, reply);
}

function keyWritten(link: ReaderLink, reply: OsdpReply, nowMs: number): Step {
  if (reply.code !== replyCodes.ack) {
    const words = `reader ${link.unit} keeps its key: ${nakWord(reply.data[0] ?? 0)}`;
    return refused(link, fault('reader.refused', words), nowMs);
  }
  // The channel of the old key ends here; the new key has to prove itself.
  return { link: { ...startOver(link), keyToTry: 'next', dueMs: nowMs }, effects: [] };
}

function replied(link: ReaderLink, exchange: Exchange, reply: OsdpReply): Step {
  const refusal =
    reply.code === replyCodes.nak
      ? fault('reader.refused', `reader ${link.unit}: ${nakWord(reply.data[0] ?? 0)}`)
      : null;
  const event = readEvent(reply);
  let after = refusal ? count(link, 'refusals') : event === 'malformed' ? count(link, 'malformed') : link;
  const effects: LinkEffect[] = [];
  if (typeof event === 'object') effects.push({ type: 'event', event });
  const before = link.status;
  if (before.name === 'online') {
    let status = before;
    if (typeof event === 'object' && event.type === 'local') {
      status = { ...status, tampered: event.tampered, powerFailed: event.powerFailed };
    }
    if (exchange.code === commandCodes.poll) status = { ...status, refusing: refusal };
    if (status !== before) after = { ...after, status };
    if (!sameStatus(status, before)) effects.push({ type: 'status', status });
  }
  if (exchange.orderId !== null && exchange.orderId !== ownOrder) {
    effects.push(settled(exchange.orderId, outcomeOf(link.unit, exchange, reply, refusal)));
  }
  return { link: after, effects };
}

function outcomeOf(
  unit: number,
  exchange: Exchange,
  reply: OsdpReply,
  refusal: Fault | null,
): Result<OsdpReply, Fault> {
  if (refusal) return err(refusal);
  if (belongsTo(exchange.code, reply.code)) return ok(reply);
  const words = `${exchange.code.toString(16)} with ${reply.code.toString(16)}`;
  return err(fault('line.garbled', `reader ${unit} answers ${words}, which belongs to something else`));
}

function sameStatus(
  a: Extract<LinkStatus, { name: 'online' }>,
  b: Extract<LinkStatus, { name: 'online' }>,
): boolean {
  return (
    a.tampered === b.tampered && a.powerFailed === b.powerFailed && a.refusing?.detail === b.refusing?.detail
  );
}

/** The reader did not prove the key that it was asked for. */
function wrongKey(link: ReaderLink, key: KeyChoice, nowMs: number): Step {
  const reason = fault('reader.wrong-key', `reader ${link.unit} does not hold its key`);
  if (link.keyChange) return refused(link, reason, nowMs);
  // A key change that was cut by a power loss: the reader holds the one or the other.
  if (key === 'current' && link.keys.next) {
    return { link: { ...startOver(link), keyToTry: 'next', dueMs: nowMs }, effects: [] };
  }
  return refused({ ...link, keyToTry: 'current' }, reason, nowMs);
}

function refused(link: ReaderLink, reason: Fault, nowMs: number): Step {
  return down(link, reason, nowMs + refusedRestMs);
}

function down(link: ReaderLink, reason: Fault, dueMs: number): Step {
  const { link: idle, effects } = dropOrders(link, reason);
  const change = link.keyChange;
  const status: LinkStatus = { name: 'down', fault: reason };
  const before = link.status;
  const known = before.name === 'down' && before.fault.code === reason.code;
  return {
    link: {
      ...startOver(idle),
      // Never the default key again for the sake of a key change that has failed.
      keyChange: null,
      keyToTry: change ? (link.keys.current ? 'current' : 'next') : link.keyToTry,
      status,
      dueMs,
      restMs: Math.min(longestRestMs, link.restMs * 2),
    },
    effects: [
      ...effects,
      ...(change ? [settled(change.orderId, err(reason))] : []),
      ...(known ? [] : [{ type: 'status', status } as const]),
    ],
  };
}

function dropOrders(link: ReaderLink, reason: Fault): Step {
  const ids = [link.exchange?.orderId ?? ownOrder, ...link.orders.map(({ orderId }) => orderId)];
  return {
    link: { ...link, orders: [], exchange: null },
    effects: ids.filter((id) => id !== ownOrder).map((id) => settled(id, err(reason))),
  };
}

function startOver(link: ReaderLink): ReaderLink {
  return { ...link, phase: { name: 'identify' }, sequence: 0, exchange: null };
}

/** The exchange is answered: the next command carries the next number. */
function done(link: ReaderLink, nowMs: number): ReaderLink {
  return { ...link, exchange: null, sequence: (link.sequence % 3) + 1, dueMs: nowMs };
}

function count(link: ReaderLink, what: keyof LinkCounts): ReaderLink {
  return { ...link, counts: { ...link.counts, [what]: link.counts[what] + 1 } };
}

function keyOf(link: ReaderLink, key: KeyChoice): Uint8Array | null {
  if (key === 'installation') return link.keyChange ? installationKey : null;
  return key === 'current' ? link.keys.current : link.keys.next;
}

function keyMark(key: KeyChoice): number {
  return key === 'installation' ? 0 : 1;
}

function settled(orderId: number, result: Result<OsdpReply, Fault>): LinkEffect {
  return { type: 'settled', orderId, result };
}
