import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asStoreFault, StoreFault } from '@portillon/core/base/store-fault.ts';

/** Name of the credential that the service manager hands to the edge. */
export const credentialName = 'portillon-secrets';
const shortestCredential = 32;

/** Opens every sealed secret, so that one in clear is never taken for it. */
const mark = Buffer.from('portillon-sealed-1\n');
const nonceLength = 12;
const tagLength = 16;
const cipher = 'aes-256-gcm';

/**
 * Closes and opens the secrets on the disk under a key that the operating system keeps:
 *
 *   "portillon-sealed-1\n"   nonce 12   AES-256-GCM of the secret   tag 16      the secret's name is bound in
 */
export class SecretSeal {
  readonly #key: Uint8Array;

  /** `systemSecret` is at least 32 bytes that nobody can guess. */
  constructor(systemSecret: Uint8Array) {
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

/** Asks the operating system for the seal; null when it has none. Rejects with `StoreFault`. */
export type SealOfSystem = () => Promise<SecretSeal | null>;

/**
 * The seal of this system: systemd hands credentials over in the folder that `CREDENTIALS_DIRECTORY` names, decrypted with
 * the TPM or the key of the host, to this service only. Null where it hands over none of that name. Throws `StoreFault`
 * when there is one that cannot be used.
 */
export async function systemSeal(environment: NodeJS.ProcessEnv): Promise<SecretSeal | null> {
  const folder = environment.CREDENTIALS_DIRECTORY;
  if (!folder) return null;
  try {
    const secret = await readFile(join(folder, credentialName));
    if (secret.length < shortestCredential) {
      throw new StoreFault(
        'store.failed',
        `the credential ${credentialName} has fewer than ${shortestCredential} bytes`,
      );
    }
    return new SecretSeal(secret);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw asStoreFault(error);
  }
}
