import { type OsdpPacket, OsdpParser } from '@portillon/drivers/osdp/osdp-packet.ts';
import { type LineWatch, PtyLine } from '../line/pty-line.ts';

export interface OnTheWire {
  /** Every packet that the panel sends, to whomever. */
  hears(packet: OsdpPacket): void;
}

export interface OsdpWireOptions {
  readonly path: string;
  readonly baud: number;
  readonly watch?: LineWatch;
}

/**
 * The RS-485 pair that readers hang on: what the panel sends, all of them hear; what any of them sends, the panel hears.
 * Two that speak at once garble each other, as their bytes are put on the wire when they come.
 */
export class OsdpWire {
  readonly address: string;
  readonly baud: number;
  readonly #line: PtyLine;
  readonly #parser = new OsdpParser('panel');
  readonly #readers = new Set<OnTheWire>();
  #cut = false;

  constructor({ path, baud, watch }: OsdpWireOptions) {
    this.address = `serial://${encodeURI(path)}?baud=${baud}`;
    this.baud = baud;
    this.#line = new PtyLine(path, watch);
    this.#line.onData((bytes) => {
      for (const packet of this.#parser.push(bytes).frames) {
        for (const reader of [...this.#readers]) reader.hears(packet);
      }
    });
  }

  /** Time of so many bytes on the wire. */
  wireMs(byteCount: number): number {
    return (byteCount * 10_000) / this.baud;
  }

  /** The first who joins puts the cable in. */
  async join(reader: OnTheWire): Promise<void> {
    this.#readers.add(reader);
    if (!this.#cut) await this.#line.plugIn();
  }

  /** The last who leaves takes it with it. */
  async leave(reader: OnTheWire): Promise<void> {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) await this.#line.unplug();
  }

  /** Cuts the pair at the panel's end, or mends it. */
  async cut(on: boolean): Promise<void> {
    this.#cut = on;
    if (on) await this.#line.unplug();
    else if (this.#readers.size > 0) await this.#line.plugIn();
  }

  send(bytes: Uint8Array): void {
    this.#line.write(bytes);
  }
}
