import { isId } from '@portillon/core/base/ids.ts';

/** How a text is shortened; any other text is kept as it is. */
export type TextShape = 'id' | 'upper-hex' | 'lower-hex';

const shapes: Readonly<Record<TextShape, (text: string) => boolean>> = {
  id: isId,
  'upper-hex': (text) => text.length % 2 === 0 && /^[0-9A-F]+$/.test(text),
  'lower-hex': (text) => text.length % 2 === 0 && /^[0-9a-f]+$/.test(text),
};

/** Bytes being written one after the other; grows as needed and is used again. */
export class PackedWriter {
  #bytes = Buffer.alloc(1_024);
  #length = 0;

  reset(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** LEB128: seven bits a byte, the lowest first. */
  number(value: number): void {
    this.#room(8);
    let left = value;
    while (left >= 0x80) {
      this.#bytes[this.#length++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#bytes[this.#length++] = left;
  }

  /** A whole number below 2^48. */
  sixBytes(value: number): void {
    this.#room(6);
    this.#bytes.writeUIntBE(value, this.#length, 6);
    this.#length += 6;
  }

  /** Length and kind in front: twice the count of bytes, one more for plain UTF-8. */
  text(text: string, shape: TextShape | null = null): void {
    if (shape !== null && shapes[shape](text)) {
      const hex = shape === 'id' ? text.replaceAll('-', '') : text;
      this.number(hex.length);
      this.#room(hex.length / 2);
      this.#length += this.#bytes.write(hex, this.#length, 'hex');
      return;
    }
    const byteCount = Buffer.byteLength(text);
    this.number(byteCount * 2 + 1);
    this.#room(byteCount);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Reads what `PackedWriter` wrote, from a place in larger bytes on. */
export class PackedReader {
  #bytes: Buffer = Buffer.alloc(0);
  at = 0;

  from(bytes: Buffer, offset: number): this {
    this.#bytes = bytes;
    this.at = offset;
    return this;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  sixBytes(): number {
    this.at += 6;
    return this.#bytes.readUIntBE(this.at - 6, 6);
  }

  text(shape: TextShape | null = null): string {
    const head = this.number();
    const start = this.at;
    this.at += head >>> 1;
    if (head % 2 === 1) return this.#bytes.toString('utf8', start, this.at);
    const hex = this.#bytes.toString('hex', start, this.at);
    if (shape === 'upper-hex') return hex.toUpperCase();
    if (shape !== 'id') return hex;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Passes over a text and tells where it lies, its head included: equal texts of one shape have equal bytes. */
  skipText(): { readonly start: number; readonly end: number } {
    const start = this.at;
    const head = this.number();
    this.at += head >>> 1;
    return { start, end: this.at };
  }
}
