/** The part of nfc-pcsc 0.8 and of the pcsclite object under its reader that we use; the library ships no types. */
declare module 'nfc-pcsc' {
  import type { EventEmitter } from 'node:events';

  export class NFC extends EventEmitter {
    on(event: 'reader', listener: (reader: Reader) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }

  export interface Reader extends EventEmitter {
    readonly name: string;
    autoProcessing: boolean;
    readonly card: object | null;
    readonly reader: PcscliteReader;
    on(event: 'card', listener: (card: { readonly atr?: Buffer }) => void): this;
    on(event: 'card.off' | 'end', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    connect(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    transmit(data: Buffer, responseMaxLength: number): Promise<Buffer>;
  }

  export interface PcscliteReader extends EventEmitter {
    readonly SCARD_STATE_PRESENT: number;
    on(event: 'status', listener: (status: { readonly state: number; readonly atr?: Buffer }) => void): this;
  }
}
