import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Device } from '../device.ts';
import type { MonochromePicture } from './monochrome-picture.ts';

export type PrintAlign = 'left' | 'centre' | 'right';

/** What is to be on paper, from top to bottom; the driver turns it into the model's bytes and cuts at the end. */
export type PrintBlock =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly bold?: boolean;
      readonly large?: boolean;
      readonly align?: PrintAlign;
    }
  /** Left and right text on one line, the gap filled. */
  | { readonly kind: 'pair'; readonly left: string; readonly right: string; readonly bold?: boolean }
  /** The first column at the left, the others right. Told as pairs, row by row, where the paper is too narrow for it. */
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: 'rule' }
  | { readonly kind: 'space'; readonly lines: number }
  /** Printable ASCII, at most 711 characters; modules as large as the paper allows. */
  | {
      readonly kind: 'qr';
      readonly data: string;
      /** Without the quiet zone; as large as the paper allows where it is left out. */
      readonly sideMm?: { readonly least: number; readonly most: number };
    }
  /** In the middle, at most 384 dots wide: what fits 58 mm paper. */
  | { readonly kind: 'logo'; readonly picture: MonochromePicture };

export type PrintOutcome =
  /** The printer has confirmed that everything before its end mark was executed, the cut too. */
  | { readonly kind: 'printed' }
  /**
   * The whole receipt is surely not on paper, so that it may be printed again. `part`: the printer told why it stopped, some
   * lines may hang out; they are cut off before the next receipt.
   */
  | { readonly kind: 'not-printed'; readonly fault: Fault; readonly onPaper: 'nothing' | 'part' }
  /**
   * The line was lost after bytes went out, or the text was on paper when the cutter failed. Never printed again by itself;
   * what is printed later says that it is a duplicate (I11).
   */
  | { readonly kind: 'unknown'; readonly fault: Fault };

export interface Printer extends Device {
  /** Characters in a line of normal text. */
  readonly columns: number;
  /** Prints and cuts. Checks the real-time status before the first byte. Resolves within 30 s. */
  print(blocks: readonly PrintBlock[]): Promise<PrintOutcome>;
}
