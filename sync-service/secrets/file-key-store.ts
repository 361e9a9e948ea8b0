import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '@portillon/core/base/invariant.ts';
import { asStoreFault, StoreFault } from '@portillon/core/base/store-fault.ts';
import type { KeyStore } from './key-store.ts';
import { readSecretFile, syncFolder, writeSecretFile } from './secret-file.ts';
import { credentialName, isSealed, type SecretPlace, type SecretSeal } from './secret-seal.ts';

const nameShape = /^[a-z0-9][a-z0-9-]{0,80}$/;
const extension = '.key';
const unfinishedExtension = '.key-unfinished';

/**
 * One file a secret, readable by its owner only. With the seal of the operating system a file tells nothing to whoever
 * takes the disk away; without one, which is for trying things out, the disk holds the secrets in clear.
 */
export class FileKeyStore implements KeyStore {
  readonly #folder: string;
  readonly #seal: SecretSeal | null;

  private constructor(folder: string, seal: SecretSeal | null) {
    this.#folder = folder;
    this.#seal = seal;
  }

  /** With a seal, secrets that lay in clear are sealed. Without it, sealed ones cannot be read, nor others written beside. */
  static async open(folder: string, seal: SecretSeal | null = null): Promise<FileKeyStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(rethrow);
    // A secret that was being written when the power went was never in use.
    for (const file of await readdir(folder).catch(rethrow)) {
      if (file.endsWith(unfinishedExtension)) await rm(join(folder, file)).catch(rethrow);
    }
    const store = new FileKeyStore(folder, seal);
    if (seal) await store.#sealWhatIsOpen();
    return store;
  }

  get place(): SecretPlace {
    return this.#seal?.place ?? 'open-file';
  }

  async read(name: string): Promise<Uint8Array | null> {
    const bytes = await this.#bytes(name);
    if (!bytes || !isSealed(bytes)) return bytes;
    if (!this.#seal) throw noSeal(name);
    return this.#seal.open(name, bytes);
  }

  async write(name: string, secret: Uint8Array): Promise<void> {
    if (this.#seal) return this.#write(name, this.#seal.close(name, secret));
    for (const other of await this.names()) {
      const bytes = await this.#bytes(other);
      if (bytes && isSealed(bytes)) throw noSeal(other);
    }
    return this.#write(name, secret);
  }

  #bytes(name: string): Promise<Uint8Array | null> {
    return readSecretFile(this.#path(name));
  }

  async #sealWhatIsOpen(): Promise<void> {
    for (const name of await this.names()) {
      const bytes = await this.#bytes(name);
      if (bytes && !isSealed(bytes)) await this.write(name, bytes);
    }
  }

  #write(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    return writeSecretFile(path, bytes, path.slice(0, -extension.length) + unfinishedExtension);
  }

  /** Everything lies in clear again, for another seal or none: the seal itself may be forgotten then. Safe to repeat. */
  async unseal(): Promise<void> {
    for (const name of await this.names()) {
      const secret = await this.read(name);
      if (secret) await this.#write(name, secret);
    }
  }

  async destroy(name: string): Promise<void> {
    try {
      await rm(this.#path(name), { force: true });
      await syncFolder(this.#folder);
    } catch (error) {
      rethrow(error);
    }
  }

  async names(): Promise<readonly string[]> {
    const files = await readdir(this.#folder).catch(rethrow);
    return files
      .filter((file) => file.endsWith(extension))
      .map((file) => file.slice(0, -extension.length))
      .sort();
  }

  #path(name: string): string {
    invariant(nameShape.test(name), `${name} is not the name of a secret`);
    return join(this.#folder, name + extension);
  }
}

function noSeal(name: string): StoreFault {
  return new StoreFault(
    'store.failed',
    `the secret "${name}" is sealed, and the system has not handed over the credential ${credentialName}`,
  );
}

function rethrow(error: unknown): never {
  throw asStoreFault(error);
}
