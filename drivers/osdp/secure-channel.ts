import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import {
  finishPacket,
  macLength,
  type OsdpPacket,
  type OsdpPacketDraft,
  packetBeforeMac,
} from './osdp-packet.ts';

/** Keys of one session, made from the key of the reader (SCBK) and the panel's random number. */
export interface SessionKeys {
  readonly enc: Uint8Array;
  readonly mac1: Uint8Array;
  readonly mac2: Uint8Array;
}

/** An open channel. Each side keeps the last whole MAC of either direction: it is the start of the other's next. */
export interface SecureChannel {
  readonly keys: SessionKeys;
  readonly panelMac: Uint8Array;
  readonly readerMac: Uint8Array;
}

/** The default key, the same in every reader of the world: good for giving a reader its own and for nothing else. */
export const installationKey = Uint8Array.from({ length: 16 }, (_, index) => 0x30 + index);

export const blockTypes = {
  challenge: 0x11,
  readerCryptogram: 0x12,
  panelCryptogram: 0x13,
  initialMac: 0x14,
  panelMac: 0x15,
  readerMac: 0x16,
  panelEncrypted: 0x17,
  readerEncrypted: 0x18,
} as const;

const aesBlock = 16;
const noStart = new Uint8Array(aesBlock);
const padding = 0x80;

export function sessionKeys(scbk: Uint8Array, panelRandom: Uint8Array): SessionKeys {
  const key = (second: number) =>
    encryptBlock(scbk, Uint8Array.from([0x01, second, ...panelRandom.subarray(0, 6), ...new Uint8Array(8)]));
  return { enc: key(0x82), mac1: key(0x01), mac2: key(0x02) };
}

/** What the reader proves itself with: only who holds the key can make it for these two numbers. */
export function readerCryptogram(
  keys: SessionKeys,
  panelRandom: Uint8Array,
  readerRandom: Uint8Array,
): Uint8Array {
  return cbc('encrypt', keys.enc, noStart, Uint8Array.from([...panelRandom, ...readerRandom]));
}

export function panelCryptogram(
  keys: SessionKeys,
  panelRandom: Uint8Array,
  readerRandom: Uint8Array,
): Uint8Array {
  return cbc('encrypt', keys.enc, noStart, Uint8Array.from([...readerRandom, ...panelRandom]));
}

/** The first reader's MAC, which both sides derive from the panel's cryptogram. */
export function initialMac(keys: SessionKeys, cryptogram: Uint8Array): Uint8Array {
  return encryptBlock(keys.mac2, encryptBlock(keys.mac1, cryptogram));
}

/** The channel right after the reader's first MAC. */
export function openChannel(keys: SessionKeys, firstMac: Uint8Array): SecureChannel {
  return { keys, panelMac: noStart, readerMac: firstMac };
}

/** Protects what is sent: a MAC always, encryption where there is data. Gives the bytes and the channel after them. */
export function seal(
  channel: SecureChannel,
  draft: Omit<OsdpPacketDraft, 'block'>,
): { readonly bytes: Uint8Array; readonly channel: SecureChannel } {
  const start = lastOfOther(channel, draft.from);
  const encrypted = draft.data.length > 0;
  const before = packetBeforeMac({
    ...draft,
    block: { type: blockTypeOf(draft.from, encrypted), data: new Uint8Array(0) },
    data: encrypted ? cbc('encrypt', channel.keys.enc, start.map(invert), padded(draft.data)) : draft.data,
  });
  const mac = macOf(channel.keys, start, before);
  return {
    bytes: finishPacket(before, mac.subarray(0, macLength)),
    channel: after(channel, draft.from, mac),
  };
}

/** Checks and opens what was received; undefined when it was not made by the other end of this channel, here and now. */
export function unseal(
  channel: SecureChannel,
  packet: OsdpPacket,
): { readonly data: Uint8Array; readonly channel: SecureChannel } | undefined {
  const encrypted = packet.block?.type === blockTypeOf(packet.from, true);
  if (!packet.mac || (!encrypted && packet.block?.type !== blockTypeOf(packet.from, false))) return undefined;
  // Data in clear under a type that says there is none was put there by somebody else.
  if (encrypted ? packet.data.length === 0 || packet.data.length % aesBlock !== 0 : packet.data.length > 0) {
    return undefined;
  }
  const start = lastOfOther(channel, packet.from);
  const mac = macOf(channel.keys, start, packet.macInput);
  if (!timingSafeEqual(mac.subarray(0, macLength), packet.mac)) return undefined;
  const data = encrypted
    ? unpadded(cbc('decrypt', channel.keys.enc, start.map(invert), packet.data))
    : packet.data;
  return data && { data, channel: after(channel, packet.from, mac) };
}

/** All blocks but the last under the first key, the last under the second; padded only where a block is not full. */
function macOf(keys: SessionKeys, start: Uint8Array, bytes: Uint8Array): Uint8Array {
  const whole = bytes.length % aesBlock === 0 ? bytes : padded(bytes);
  const cut = whole.length - aesBlock;
  const chained =
    cut > 0 ? cbc('encrypt', keys.mac1, start, whole.subarray(0, cut)).subarray(-aesBlock) : start;
  return cbc('encrypt', keys.mac2, chained, whole.subarray(cut));
}

function lastOfOther(channel: SecureChannel, from: OsdpPacket['from']): Uint8Array {
  return from === 'panel' ? channel.readerMac : channel.panelMac;
}

function after(channel: SecureChannel, from: OsdpPacket['from'], mac: Uint8Array): SecureChannel {
  return from === 'panel' ? { ...channel, panelMac: mac } : { ...channel, readerMac: mac };
}

function blockTypeOf(from: OsdpPacket['from'], encrypted: boolean): number {
  if (from === 'panel') return encrypted ? blockTypes.panelEncrypted : blockTypes.panelMac;
  return encrypted ? blockTypes.readerEncrypted : blockTypes.readerMac;
}

const invert = (byte: number): number => ~byte & 0xff;

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array((Math.floor(bytes.length / aesBlock) + 1) * aesBlock);
  whole.set(bytes);
  whole[bytes.length] = padding;
  return whole;
}

function unpadded(bytes: Uint8Array): Uint8Array | undefined {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes[end - 1] === padding ? bytes.slice(0, end - 1) : undefined;
}

function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  return cbc('encrypt', key, noStart, block);
}

function cbc(way: 'encrypt' | 'decrypt', key: Uint8Array, start: Uint8Array, bytes: Uint8Array): Uint8Array {
  const cipher =
    way === 'encrypt'
      ? createCipheriv('aes-128-cbc', key, start)
      : createDecipheriv('aes-128-cbc', key, start);
  cipher.setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([cipher.update(bytes), cipher.final()]));
}
