import { newSealKeyPair, type SealKeyPair } from '@portillon/core/crypto/seal.ts';
import { newSigningKeyPair, type SigningKeyPair } from '@portillon/core/crypto/signing-key.ts';

/** The secrets of a network. Whoever has them is the member base. */
export interface BaseKeys {
  /** Ed25519: signs the list of edge keys; its public half is pinned in every edge. */
  readonly network: SigningKeyPair;
  /** X25519: personal data is sealed to it. */
  readonly seal: SealKeyPair;
  /** AES-128, base64url: the keys of every card are derived from it. */
  readonly card: { readonly version: number; readonly key: string };
}

/** Where the secrets are kept. `weak` says that whoever can read the disk can read them. */
export interface BaseKeyStore {
  readonly weak: boolean;
  /** Null when there are none yet. Rejects when they cannot be read or are damaged. */
  load(): Promise<BaseKeys | null>;
  /** Durable when it resolves. Never overwrites. */
  save(keys: BaseKeys): Promise<void>;
}

/** All from the system's generator; `randomBytes` is that of node:crypto. */
export async function newBaseKeys(randomBytes: (count: number) => Buffer): Promise<BaseKeys> {
  return {
    network: newSigningKeyPair(),
    seal: await newSealKeyPair(),
    card: { version: 1, key: randomBytes(16).toString('base64url') },
  };
}
