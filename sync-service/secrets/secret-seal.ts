import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { StoreFault } from '@portillon/core/base/store-fault.ts';

/** Name of the credential that the service manager hands to the edge. */
export const credentialName = 'portillon-secrets';
export const shortestCredential = 32;

/** Opens every sealed secret, so that one in clear is never taken for it. */
const mark = Buffer.from('portillon-sealed-1\n');
const nonceLength = 12;
const tagLength = 16;
const cipher = 'aes-256-gcm';

/**
 * Who keeps the key of the seal: systemd, which hands it to the service (`LoadCredentialEncrypted`), or a file that only this
 * machine opens, with its TPM or the key of the host (`systemd-creds`).
 */
export type SealPlace = 'systemd-credential' | 'systemd-creds';
/** Where secrets lie; the last is for trying things out, and called weak wherever it is told. */
export type SecretPlace = SealPlace | 'open-file';

/**
 * Closes and opens the secrets on the disk under a key that the operating system keeps:
 *
 *   "portillon-sealed-1\n"   nonce 12   AES-256-GCM of the secret   tag 16      the secret's name is bound in
 */
export class SecretSeal {
  readonly place: SealPlace;
  readonly #key: Uint8Array;

  /** `systemSecret` is at least 32 bytes that nobody can guess. */
  constructor(systemSecret: Uint8Array, place: SealPlace) {
    this.place = place;
    this.#key = new Uint8Array(hkdfSync('sha256', systemSecret, '', credentialName, 32));
  }

  close(name: string, secret: Uint8Array): Uint8Array {
    const nonce = randomBytes(nonceLength);
    const closing = createCipheriv(cipher, this.#key, nonce).setAAD(Buffer.from(name));
    const closed = [closing.update(secret), closing.final(), closing.getAuthTag()];
    return Uint8Array.from(Buffer.concat([mark, nonce, ...closed]));
  }

  /** Throws `StoreFault` when it was sealed under another key or for another name, or is damaged. */
  open(name: string, sealed: Uint8Array): Uint8Array {
    const body = sealed.subarray(mark.length);
    try {
      const opening = createDecipheriv(cipher, this.#key, body.subarray(0, nonceLength))
        .setAAD(Buffer.from(name))
        .setAuthTag(body.subarray(-tagLength));
      const closed = body.subarray(nonceLength, -tagLength);
      return Uint8Array.from(Buffer.concat([opening.update(closed), opening.final()]));
    } catch {
      throw new StoreFault(
        'store.failed',
        `the secret "${name}" is damaged, or sealed with another key than "${credentialName}" of this system`,
      );
    }
  }
}

export function isSealed(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, mark.length), mark) === 0;
}

/** Asks the operating system for the seal of the secrets in a folder; null when it has none. Rejects with `StoreFault`. */
export type SealOfSystem = (folder: string) => Promise<SecretSeal | null>;
