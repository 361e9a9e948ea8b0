import type { CardChannel } from '../card/card-channel.ts';
import type { Device } from '../device.ts';

/** A contactless reader at a gate, through which the chip itself can be asked. */
export interface CardReader extends Device {
  /**
   * A card came into the field. `arrivedMonotonicMs` is when the reader told us, for measuring tap to release. The next
   * card is not announced before this one has left the field.
   */
  onCard(listener: (card: CardChannel, arrivedMonotonicMs: number) => void): () => void;
}

/**
 * What a reader that passes on numbers only has read: bits, first bit first, the last byte filled up with zeros. Copyable,
 * like every number: it says which badge, and proves nothing.
 */
export interface CardNumber {
  readonly bitCount: number;
  readonly bits: Uint8Array;
}

/** A reader that reports the number of a badge and lets nobody speak to the chip: OSDP, Wiegand. */
export interface NumberReader extends Device {
  /** A badge was read; once a reading, however long it is held. */
  onNumber(listener: (number: CardNumber, arrivedMonotonicMs: number) => void): () => void;
}

/** Keys beside a reader. */
export interface Keypad {
  /** Keys as they are pressed, digits, * and #; one or several at a time, as the reader sends them. */
  onKeys(listener: (keys: string, arrivedMonotonicMs: number) => void): () => void;
}

const uidBits = [32, 56, 80];

/** The number as the anti-collision number of a chip (4, 7 or 10 bytes), in upper-case hexadecimal; null for other formats. */
export function chipNumber({ bitCount, bits }: CardNumber): string | null {
  if (!uidBits.includes(bitCount) || bits.length * 8 !== bitCount) return null;
  return Buffer.from(bits).toString('hex').toUpperCase();
}
