/** What a printer carries out the moment it arrives, wherever in the stream, even while it is offline. */
export type RealTimeCommand =
  | { readonly kind: 'ask-status'; readonly n: number }
  | { readonly kind: 'recover'; readonly clears: boolean }
  | { readonly kind: 'clear-buffers' };

const dle = 0x10;
const clearBuffers = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/** Takes real-time commands out of a stream that is cut anywhere; all other bytes go on in their order. */
export class RealTimeFilter {
  #kept = new Uint8Array(0);

  push(bytes: Uint8Array): { readonly rest: Uint8Array; readonly commands: readonly RealTimeCommand[] } {
    const joined = Uint8Array.from([...this.#kept, ...bytes]);
    const rest: number[] = [];
    const commands: RealTimeCommand[] = [];
    let index = 0;
    while (index < joined.length) {
      const found = joined[index] === dle ? readRealTime(joined.subarray(index)) : null;
      if (found === undefined) break;
      if (found) {
        commands.push(found.command);
        index += found.length;
      } else {
        rest.push(joined[index] ?? 0);
        index += 1;
      }
    }
    this.#kept = joined.slice(index);
    return { rest: Uint8Array.from(rest), commands };
  }
}

/** null: no real-time command begins here. undefined: perhaps, more bytes will tell. */
function readRealTime(
  bytes: Uint8Array,
): { readonly command: RealTimeCommand; readonly length: number } | null | undefined {
  const [, second, third] = bytes;
  if (second === undefined) return undefined;
  if (second === 0x04 || second === 0x05) {
    if (third === undefined) return undefined;
    return second === 0x04
      ? { command: { kind: 'ask-status', n: third }, length: 3 }
      : { command: { kind: 'recover', clears: third === 2 }, length: 3 };
  }
  if (second !== 0x14) return null;
  const compared = Math.min(bytes.length, clearBuffers.length);
  if (!clearBuffers.slice(0, compared).every((byte, at) => byte === bytes[at])) return null;
  if (compared < clearBuffers.length) return undefined;
  return { command: { kind: 'clear-buffers' }, length: clearBuffers.length };
}
