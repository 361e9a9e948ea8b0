/** How the data of a command and of its answer travel. */
export type Travel = 'plain' | 'maced' | 'enciphered';

/** A native command: its code, the parameters that always travel open, and data that may be enciphered. */
export interface NativeCommand {
  readonly code: number;
  readonly header: Uint8Array;
  readonly data: Uint8Array;
}

export const sentMacLength = 8;

/**
 * The reader's end of secure messaging after an authentication. Commands are sealed and answers opened strictly in turn,
 * for both move the state on; whatever goes wrong ends the session.
 */
export interface SecureSession {
  /** What follows the command byte. */
  seal(command: NativeCommand, travel: Travel): Uint8Array;
  /** The data of an answer that ended with status ok; undefined when its check code or padding is wrong. */
  open(answer: Uint8Array, travel: Travel): Uint8Array | undefined;
}
