import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';

/** One data object of the TLV container (PA00P015): a tag of one to three bytes as a number, `0x1f1f`. */
export interface TlvObject {
  readonly tag: number;
  readonly value: Uint8Array;
}

const mostDepth = 4;
const longestTag = 3;

/** Reads BER objects one after another. A constructed one (`60`, `25`) keeps its objects as its value. */
export function readTlv(bytes: Uint8Array): Result<readonly TlvObject[], string> {
  const objects: TlvObject[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = tagAt(bytes, at);
    const size = tag && lengthAt(bytes, at + tag.length);
    if (!tag || !size) return err(`no tag and length at byte ${at} of the container`);
    const start = at + tag.length + size.length;
    if (start + size.value > bytes.length) return err(`an object of the container is cut at byte ${at}`);
    objects.push({ tag: tag.value, value: bytes.slice(start, start + size.value) });
    at = start + size.value;
  }
  return ok(objects);
}

/** The first object with this tag, in constructed objects too. */
export function findTlv(objects: readonly TlvObject[], tag: number, depth = 0): Uint8Array | undefined {
  for (const object of objects) {
    if (object.tag === tag) return object.value;
    if (!isConstructed(object.tag) || depth === mostDepth) continue;
    const inner = readTlv(object.value);
    const found = inner.ok ? findTlv(inner.value, tag, depth + 1) : undefined;
    if (found) return found;
  }
  return undefined;
}

export function encodeTlv(objects: readonly TlvObject[]): Uint8Array {
  return Uint8Array.from(
    objects.flatMap(({ tag, value }) => [...bytesOfTag(tag), ...encodeLength(value.length), ...value]),
  );
}

/** A length up to 127 is one byte; beyond, 81 or 82 says how many follow, high one first. */
export function encodeLength(length: number): readonly number[] {
  invariant(length <= 0xffff, 'a length in the container has at most two bytes');
  if (length < 0x80) return [length];
  return length <= 0xff ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

export function lengthAt(
  bytes: Uint8Array,
  at: number,
): { readonly length: number; readonly value: number } | undefined {
  const [first, second, third] = bytes.subarray(at, at + 3);
  if (first === undefined) return undefined;
  if (first < 0x80) return { length: 1, value: first };
  if (first === 0x81 && second !== undefined) return { length: 2, value: second };
  if (first === 0x82 && second !== undefined && third !== undefined) {
    return { length: 3, value: (second << 8) | third };
  }
  return undefined;
}

/** A first byte that ends in 1F goes on, and so does every further one from 80 on (PA00P015). */
function tagAt(
  bytes: Uint8Array,
  at: number,
): { readonly length: number; readonly value: number } | undefined {
  let value = bytes[at];
  if (value === undefined) return undefined;
  if ((value & 0x1f) !== 0x1f) return { length: 1, value };
  for (let length = 2; length <= longestTag; length++) {
    const next = bytes[at + length - 1];
    if (next === undefined) return undefined;
    value = (value << 8) | next;
    if (next < 0x80) return { length, value };
  }
  return undefined;
}

function bytesOfTag(tag: number): readonly number[] {
  return tag > 0xff ? [...bytesOfTag(tag >> 8), tag & 0xff] : [tag];
}

function isConstructed(tag: number): boolean {
  return ((bytesOfTag(tag)[0] ?? 0) & 0x20) !== 0;
}
