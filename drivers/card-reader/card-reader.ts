import type { CardChannel } from '../card/card-channel.ts';
import type { Device } from '../device.ts';

/** A contactless reader at a gate. */
export interface CardReader extends Device {
  /**
   * A card came into the field. `arrivedMonotonicMs` is when the reader told us, for measuring tap to release. The next
   * card is not announced before this one has left the field.
   */
  onCard(listener: (card: CardChannel, arrivedMonotonicMs: number) => void): () => void;
}
