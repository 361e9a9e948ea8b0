import type { KeyStore } from '@portillon/sync-service/secrets/key-store.ts';

/**
 * The keys of readers on OSDP lines, by their place in the configuration (`gate-1.board`). While a key is being written into
 * a reader there are two of them, and only the reader can tell which it holds. Rejects with `StoreFault`.
 */
export class ReaderKeys {
  readonly #keys: KeyStore;

  constructor(keys: KeyStore) {
    this.#keys = keys;
  }

  async read(place: string): Promise<{ current: Uint8Array | null; next: Uint8Array | null }> {
    return {
      current: await this.#keys.read(nameOf(place)),
      next: await this.#keys.read(nextNameOf(place)),
    };
  }

  /** Durable before it resolves: the reader is told the key only afterwards. */
  async writeNext(place: string, key: Uint8Array): Promise<void> {
    await this.#keys.write(nextNameOf(place), key);
  }

  /** The reader has proved the next key. A power cut in between leaves the same key twice, which harms nothing. */
  async nextBecomesCurrent(place: string): Promise<void> {
    const next = await this.#keys.read(nextNameOf(place));
    if (!next) return;
    await this.#keys.write(nameOf(place), next);
    await this.#keys.destroy(nextNameOf(place));
  }
}

/** The part stands in front: a gate may be called `gate-1-badge`, and its reader is not the badge reader of `gate-1`. */
function nameOf(place: string): string {
  return `reader-${place.split('.').toReversed().join('-')}`;
}

function nextNameOf(place: string): string {
  return `next-${nameOf(place)}`;
}
