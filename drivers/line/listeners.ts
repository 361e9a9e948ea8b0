/** Those who want to hear of something. A listener added or removed during a notification counts from the next one. */
export class Listeners<T extends readonly unknown[]> {
  readonly #listeners = new Set<{ readonly call: (...args: T) => void }>();

  /** Returns how to stop listening. */
  add(call: (...args: T) => void): () => void {
    const entry = { call };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  notify(...args: T): void {
    for (const { call } of [...this.#listeners]) call(...args);
  }
}
