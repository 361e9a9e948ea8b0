import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import type { CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import type { ScannedCode, Scanner } from '@portillon/drivers/scanner/scanner.ts';
import { ModelDevice } from '@portillon/tools/sale-matrix/model-device.ts';

/** A reader of cards and a scanner at a gate, without lines: who comes holds something up. */
export class HandReaders {
  readonly cards = new Listeners<[CardChannel, number]>();
  readonly codes = new Listeners<[ScannedCode]>();
  readonly reader: CardReader = Object.assign(new ModelDevice(), {
    onCard: (listener: (card: CardChannel, arrivedMonotonicMs: number) => void) => this.cards.add(listener),
  });
  readonly scanner: Scanner = Object.assign(new ModelDevice(), {
    onCode: (listener: (code: ScannedCode) => void) => this.codes.add(listener),
    onUnreadable: () => () => undefined,
    discardedBytes: 0,
  });
}
