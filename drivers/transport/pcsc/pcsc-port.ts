import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Result } from '@portillon/core/base/result.ts';

/** Where pcscd listens on Debian. */
export const pcscdSocketPath = '/run/pcscd/pcscd.comm';

export interface PcscReaderName {
  /** As PC/SC names it, or its beginning up to a blank: `ACS ACR122U` for `ACS ACR122U PICC Interface 00 00`. */
  readonly name: string;
  /** The socket of the service that knows the reader. */
  readonly socketPath: string;
}

/** Smart-card services (PC/SC), as far as contactless readers go. One of these for all readers of a program. */
export interface PcscPort {
  /**
   * Follows the reader of this name. The service is looked after while somebody follows, and comes back by itself.
   * Events never come within the call. The returned function ends it and resolves when nothing is left running for it.
   */
  follow(reader: PcscReaderName, onEvent: (event: PcscEvent) => void): () => Promise<void>;
}

export type PcscEvent =
  /** `reader.service-down` (no pcscd) or `reader.missing`; tried again without end. A card that lay there is gone. */
  | { readonly type: 'down'; readonly fault: Fault }
  | { readonly type: 'ready' }
  | { readonly type: 'card'; readonly card: PcscCard }
  | { readonly type: 'card-gone'; readonly card: PcscCard };

export interface PcscCard {
  /** Answer to reset as PC/SC builds it (part 3 for contactless cards). */
  readonly atr: Uint8Array;
  /**
   * One command APDU, one answer with its status word. Resolves within 5 s. Faults: `card.gone`, `card.no-answer`,
   * `reader.failed`, `reader.service-down`.
   */
  transmit(commandApdu: Uint8Array): Promise<Result<Uint8Array, Fault>>;
}
