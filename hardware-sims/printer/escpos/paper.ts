import { characterOf } from './code-pages.ts';
import type { PrinterCommand, TextStyle } from './escpos-commands.ts';

export type PaperAlign = 'left' | 'centre' | 'right';

export interface PaperSpan {
  readonly text: string;
  readonly style: TextStyle;
}

export type PaperRow =
  | { readonly kind: 'text'; readonly align: PaperAlign; readonly spans: readonly PaperSpan[] }
  | {
      readonly kind: 'qr';
      readonly align: PaperAlign;
      readonly data: string;
      readonly moduleDots: number;
      readonly correction: 'L' | 'M' | 'Q' | 'H';
    }
  | {
      readonly kind: 'picture';
      readonly align: PaperAlign;
      readonly widthDots: number;
      readonly heightDots: number;
      /** One bit a dot, rows begun on a byte, the highest bit at the left. */
      readonly bits: Uint8Array;
    };

/** One piece of paper, from the last cut to the next. */
export interface PaperReceipt {
  /** Counts from 0 and never changes. */
  readonly index: number;
  readonly rows: readonly PaperRow[];
  readonly cut: boolean;
  /** ISO time of its first row. */
  readonly startedAt: string;
}

const keptReceipts = 1_000;
const plain: TextStyle = { bold: false, underlined: false, inverse: false, widthFactor: 1, heightFactor: 1 };

/** Text of each row from top to bottom; a QR code or a picture is no line. */
export function linesOf(receipt: PaperReceipt): string[] {
  return receipt.rows.flatMap((row) =>
    row.kind === 'text' ? [row.spans.map((span) => span.text).join('')] : [],
  );
}

export function codesOf(receipt: PaperReceipt): string[] {
  return receipt.rows.flatMap((row) => (row.kind === 'qr' ? [row.data] : []));
}

/** Paper under a print head: applies commands one after another. What a command printed is on paper for good. */
export class Paper {
  readonly #columns: number;
  readonly #now: () => string;
  readonly #receipts: { index: number; rows: PaperRow[]; cut: boolean; startedAt: string }[] = [];
  #nextIndex = 0;
  #spans: PaperSpan[] = [];
  #style = plain;
  #align: PaperAlign = 'left';
  #page = 0;
  #qr = { data: '', moduleDots: 3, correction: 'L' as 'L' | 'M' | 'Q' | 'H' };

  constructor(columns: number, now: () => string) {
    this.#columns = columns;
    this.#now = now;
  }

  /** Oldest first, at most 1,000. */
  get receipts(): readonly PaperReceipt[] {
    return this.#receipts;
  }

  /** Carries a command out. Tells how many rows the paper moved: what takes the printer its time. */
  apply(command: PrinterCommand): number {
    switch (command.kind) {
      case 'character':
        return this.#put(characterOf(command.byte, this.#page));
      case 'line-feed':
        return this.#endRow();
      case 'feed': {
        const rows = this.#spans.length > 0 ? this.#endRow() : 0;
        this.#blank(command.lines);
        return rows + command.lines;
      }
      case 'cut': {
        const rows = this.#spans.length > 0 ? this.#endRow() : 0;
        const current = this.#current();
        if (current) current.cut = true;
        return rows + command.feedLines;
      }
      case 'initialise':
        this.#reset();
        return 0;
      case 'align':
        this.#align = command.align;
        return 0;
      case 'style':
        this.#style = { ...this.#style, ...command.style };
        return 0;
      case 'code-page':
        this.#page = command.page;
        return 0;
      case 'qr-size':
        this.#qr.moduleDots = command.dots;
        return 0;
      case 'qr-correction':
        this.#qr.correction = command.level;
        return 0;
      case 'qr-store':
        this.#qr.data = Buffer.from(command.data).toString('utf8');
        return 0;
      case 'qr-print':
        if (this.#qr.data === '') return 0;
        this.#add({ kind: 'qr', align: this.#align, ...this.#qr });
        return 8;
      case 'picture':
        this.#add({ ...command, align: this.#align });
        return Math.ceil(command.heightDots / 30);
      default:
        return 0;
    }
  }

  /** What stands in the line buffer, not on paper, goes. */
  clear(): void {
    this.#reset();
  }

  #reset(): void {
    this.#spans = [];
    this.#style = plain;
    this.#align = 'left';
    this.#page = 0;
  }

  #put(character: string): number {
    const used = this.#spans.reduce((sum, span) => sum + span.text.length * span.style.widthFactor, 0);
    const wrapped = used + this.#style.widthFactor > this.#columns ? this.#endRow() : 0;
    const last = this.#spans.at(-1);
    if (last && last.style === this.#style) {
      this.#spans[this.#spans.length - 1] = { text: last.text + character, style: last.style };
    } else {
      this.#spans.push({ text: character, style: this.#style });
    }
    return wrapped;
  }

  #endRow(): number {
    const tallest = Math.max(1, ...this.#spans.map((span) => span.style.heightFactor));
    if (this.#spans.length === 0) this.#blank(1);
    else this.#add({ kind: 'text', align: this.#align, spans: this.#spans });
    this.#spans = [];
    return tallest;
  }

  /** Blank paper begins no receipt: after a cut it is what the cutter needs. */
  #blank(rows: number): void {
    const current = this.#current();
    for (let row = 0; row < rows; row++) current?.rows.push({ kind: 'text', align: 'left', spans: [] });
  }

  #add(row: PaperRow): void {
    let current = this.#current();
    if (!current) {
      current = { index: this.#nextIndex++, rows: [], cut: false, startedAt: this.#now() };
      this.#receipts.push(current);
      if (this.#receipts.length > keptReceipts) this.#receipts.shift();
    }
    current.rows.push(row);
  }

  #current() {
    const last = this.#receipts.at(-1);
    return last && !last.cut ? last : undefined;
  }
}
