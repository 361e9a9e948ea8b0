import type { Apdu } from '@portillon/drivers/payment-terminal/zvt/apdu.ts';

/** The terminal's end of its line to the till. */
export interface ZvtSimLine {
  /** The address a driver uses, known once started. */
  readonly address: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Says an APDU. Lost without a word while nobody is there. */
  send(apdu: Apdu): void;
  /** The till's connection is gone for the terminal to see: a socket ends; a serial line says nothing. */
  drop(): void;
  /** Pulls the cable, or puts it back. */
  pull(out: boolean): Promise<void>;
}

export interface ZvtSimLineEvents {
  readonly onApdu: (apdu: Apdu, bytes: Uint8Array) => void;
  /** What the till sent made no sense. */
  readonly onNonsense: (bytes: Uint8Array) => void;
  /** The till has gone, as far as the line tells. */
  readonly onHangUp: () => void;
  /** Takes no notice of anything, acknowledgements included. */
  readonly isSilent: () => boolean;
  /** Sends bytes that make no sense. */
  readonly isGarbled: () => boolean;
  /** Cuts what is sent as the line does. */
  readonly inPieces: (bytes: Uint8Array) => readonly Uint8Array[];
}
