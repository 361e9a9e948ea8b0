import type { SecretPlace } from './secret-seal.ts';

/**
 * Where the edge's secrets lie: its private key, the card master key, the key of the visit in flight. Names are lower-case
 * words with dashes. In production they lie
 * sealed under a key that the operating system keeps (secret-seal.ts).
 */
export interface KeyStore {
  /** `open-file` is when whoever reads the disk reads the secrets too: said in the log at every start, and at `/health`. */
  readonly place: SecretPlace;
  /** Null when there is no such secret. Rejects with `StoreFault`. */
  read(name: string): Promise<Uint8Array | null>;
  /** Durable when resolved; replaces what was there, whole or not at all. Rejects with `StoreFault`. */
  write(name: string, secret: Uint8Array): Promise<void>;
  /** Gone from the store when resolved; harmless when it was not there. Rejects with `StoreFault`. */
  destroy(name: string): Promise<void>;
  /** All names, in order. */
  names(): Promise<readonly string[]>;
}
