import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Result } from '@portillon/core/base/result.ts';

/** A decision as the person in front of the reader is to see, hear and read it. */
export interface ReaderSign {
  readonly outcome: 'granted' | 'refused' | 'wait';
  /** One word or two; a display may have no more than sixteen letters. */
  readonly words: string;
  /** Without its sound: it was heard before. */
  readonly quiet?: boolean;
}

/** Light, sound and text of a reader. */
export interface ReaderSigns {
  /**
   * Shows the sign for a few seconds with whatever the reader has, and resolves when it has taken it. Faults: those of the
   * reader. Safe to repeat; a later sign takes the place of the one before. Nobody's passage waits for it.
   */
  show(sign: ReaderSign): Promise<Result<void, Fault>>;
}
