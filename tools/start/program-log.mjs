// @ts-check
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';

const kept = 3;
const largestBytes = 20 * 1024 * 1024;
const pieceBytes = 256 * 1024;

/**
 * The log file of one program. The program writes into the file itself, so that its words survive whatever happens to us;
 * we read along for the errors worth showing, and keep the file bounded.
 */
export class ProgramLog {
  /** @type {string} */
  path;
  #readBytes = 0;
  #unfinishedLine = '';

  /**
   * Puts the log of the last run aside (three are kept) and begins a new one.
   * @param {string} path
   */
  constructor(path) {
    this.path = path;
    for (let age = kept - 1; age >= 0; age--) {
      const older = age === 0 ? path : `${path}.${age}`;
      if (existsSync(older)) renameSync(older, `${path}.${age + 1}`);
    }
    closeSync(openSync(path, 'a', 0o600));
  }

  /** A descriptor to hand to a program; the caller closes it. */
  openForWriting() {
    return openSync(this.path, 'a', 0o600);
  }

  /** Errors written since the last look, as short lines. Also cuts a file that has grown too large. */
  newErrors() {
    return this.#newLines().flatMap((line) => errorIn(line) ?? []);
  }

  /**
   * The last lines, for when a program ended without saying more.
   * @param {number} count
   */
  lastLines(count) {
    const size = statSync(this.path).size;
    const text = this.#read(Math.max(0, size - 8_192), 8_192);
    return text.trim().split('\n').slice(-count);
  }

  #newLines() {
    const size = statSync(this.path).size;
    const text =
      this.#unfinishedLine + this.#read(this.#readBytes, Math.min(size - this.#readBytes, pieceBytes));
    this.#readBytes = Math.min(size, this.#readBytes + pieceBytes);
    if (size > largestBytes && this.#readBytes === size) {
      copyFileSync(this.path, `${this.path}.1`);
      truncateSync(this.path);
      this.#readBytes = 0;
    }
    const lines = text.split('\n');
    this.#unfinishedLine = (lines.pop() ?? '').slice(-pieceBytes);
    return lines;
  }

  /**
   * @param {number} position
   * @param {number} length
   */
  #read(position, length) {
    if (length <= 0) return '';
    const file = openSync(this.path, 'r');
    try {
      const bytes = Buffer.alloc(length);
      const count = readSync(file, bytes, 0, length, position);
      return bytes.toString('utf8', 0, count);
    } finally {
      closeSync(file);
    }
  }
}

/**
 * The words of a structured entry at error level or above; null for anything else.
 * @param {string} line
 */
export function errorIn(line) {
  if (!line.startsWith('{')) return null;
  try {
    const { level, msg, program, time, ...fields } = JSON.parse(line);
    if (level !== 'error' && level !== 'fatal') return null;
    const details = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return [msg, ...details].join(' ').slice(0, 200);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
