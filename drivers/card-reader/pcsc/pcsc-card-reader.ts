import type { Clock } from '@portillon/core/base/clock.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { CardChannel } from '../../card/card-channel.ts';
import type { DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { Listeners } from '../../line/listeners.ts';
import type { PcscCard, PcscEvent, PcscPort, PcscReaderName } from '../../transport/pcsc/pcsc-port.ts';
import type { CardReader } from '../card-reader.ts';

export interface PcscCardReaderOptions {
  /** Shared by all readers of the program. */
  readonly pcsc: PcscPort;
  /** What `pcscReaderName` makes of the address in the configuration. */
  readonly readerName: PcscReaderName;
  readonly clock: Clock;
  readonly log: Log;
}

/** PC/SC part 3, 3.2.2.1.3: Get Data, the card's UID. */
const getUid = Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00);
const uidLengths = [4, 7, 10];

/** Any contactless reader with a PC/SC driver. Waits for the service and for the reader by itself. */
export class PcscCardReader implements CardReader {
  readonly #pcsc: PcscPort;
  readonly #readerName: PcscReaderName;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #status = new DeviceStatus();
  readonly #cardListeners = new Listeners<[CardChannel, number]>();
  #unfollow: (() => Promise<void>) | undefined;
  #laid: PcscCard | undefined;

  constructor(options: PcscCardReaderOptions) {
    this.#pcsc = options.pcsc;
    this.#readerName = options.readerName;
    this.#clock = options.clock;
    this.#log = options.log.child({ reader: options.readerName.name });
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  onCard(listener: (card: CardChannel, arrivedMonotonicMs: number) => void): () => void {
    return this.#cardListeners.add(listener);
  }

  start(): void {
    invariant(!this.#unfollow, 'a reader is started once');
    this.#unfollow = this.#pcsc.follow(this.#readerName, (event) => this.#take(event));
  }

  async stop(): Promise<void> {
    this.#laid = undefined;
    await this.#unfollow?.();
    this.#status.set({ status: 'stopped' });
  }

  #take(event: PcscEvent): void {
    switch (event.type) {
      case 'ready':
        this.#status.set({ status: 'ready' });
        return;
      case 'down':
        this.#laid = undefined;
        this.#status.set({ status: 'disconnected', fault: event.fault });
        return;
      case 'card':
        this.#laid = event.card;
        void this.#announce(event.card, this.#clock.monotonicMs());
        return;
      case 'card-gone':
        this.#laid = undefined;
        return;
    }
  }

  async #announce(card: PcscCard, arrivedMonotonicMs: number): Promise<void> {
    const answer = await card.transmit(getUid);
    if (this.#laid !== card) return; // taken away before it was read: nobody has to know
    if (!answer.ok) {
      this.#log.warn('card not read', { fault: answer.error.code, detail: answer.error.detail });
      return;
    }
    const uid = answer.value.subarray(0, -2);
    const statusWord = Buffer.from(answer.value.subarray(-2)).toString('hex');
    if (statusWord !== '9000' || !uidLengths.includes(uid.length)) {
      this.#log.warn('card without a number', { statusWord, uidLength: uid.length });
      return;
    }
    const transmit: CardChannel['transmit'] = async (commandApdu) => {
      if (this.#laid === card) return card.transmit(commandApdu);
      return { ok: false, error: fault('card.gone', 'the card has left the field') };
    };
    this.#cardListeners.notify({ uid, transmit }, arrivedMonotonicMs);
  }
}
