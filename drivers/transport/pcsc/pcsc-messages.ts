import type { Fault } from '@portillon/core/base/fault-codes.ts';

/** What the PC/SC process tells the driver's process. Bytes travel as hex. */
export type FromPcscProcess =
  /** Sent every second: a process that falls silent hangs inside the native library. */
  | { readonly type: 'alive' }
  | { readonly type: 'service-down'; readonly fault: Fault }
  /** The service runs, and readers that are plugged in have been named. */
  | { readonly type: 'service-up' }
  | { readonly type: 'reader'; readonly reader: string }
  | { readonly type: 'reader-gone'; readonly reader: string }
  | { readonly type: 'card'; readonly reader: string; readonly cardId: number; readonly atr: string }
  | { readonly type: 'card-gone'; readonly reader: string; readonly cardId: number }
  | { readonly type: 'answer'; readonly requestId: number; readonly apdu: string }
  | { readonly type: 'failed'; readonly requestId: number; readonly fault: Fault };

export interface ToPcscProcess {
  readonly type: 'transmit';
  readonly requestId: number;
  readonly cardId: number;
  readonly apdu: string;
}
