import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Device } from '../device.ts';

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
  | { readonly kind: 'rule' }
  | { readonly kind: 'space'; readonly lines: number }
  | { readonly kind: 'qr'; readonly data: string };

export type PrintOutcome =
  /** The printer has confirmed that everything before its end mark was executed. */
  | { readonly kind: 'printed' }
  /** Nothing is on paper, or the printer told why it stopped before the end. */
  | { readonly kind: 'not-printed'; readonly fault: Fault }
  /** The line was lost after bytes went out. Never printed again by itself (I11). */
  | { readonly kind: 'unknown'; readonly fault: Fault };

export interface Printer extends Device {
  /** Characters in a line of normal text. */
  readonly columns: number;
  /** Prints and cuts. Checks the real-time status before the first byte. Resolves within 30 s. */
  print(blocks: readonly PrintBlock[]): Promise<PrintOutcome>;
}
