import type { OsdpKeyStore } from '../osdp-line.ts';
import type { ReaderKeys } from '../reader-link.ts';

/** Keys that last as long as the program, for tests and benches. */
export class MemoryKeyStore implements OsdpKeyStore {
  readonly keys = new Map<number, ReaderKeys>();

  async read(unit: number): Promise<ReaderKeys> {
    return this.keys.get(unit) ?? { current: null, next: null };
  }

  async writeNext(unit: number, next: Uint8Array): Promise<void> {
    this.keys.set(unit, { ...(await this.read(unit)), next });
  }

  async nextBecomesCurrent(unit: number): Promise<void> {
    this.keys.set(unit, { current: this.keys.get(unit)?.next ?? null, next: null });
  }
}
