import type { Random } from '@portillon/core/base/random.ts';
import type { SimCard } from '../card/sim-card.ts';
import type { Sim } from '../sim.ts';
import type { CardPath, CardPathOptions } from './card-path.ts';

export interface DispenserSimOptions extends CardPathOptions {
  readonly name: string;
  /** Where the port for the driver appears. */
  readonly path: string;
  readonly baud?: number | undefined;
  /** 0 to 15, as set on the unit's switches. */
  readonly deviceAddress?: number | undefined;
  readonly random?: Random | undefined;
  /** Makes the cards of a refill asked for from the panel. */
  readonly makeCard?: (() => SimCard) | undefined;
  /** A person has taken this card from the mouth. */
  readonly onCardTaken?: ((card: SimCard) => void) | undefined;
}

/** What the world needs of a dispenser's sim beyond what all sims are, whatever its model. */
export interface DispenserSim extends Sim {
  /** Every card inside, for those who keep the state of the club. */
  readonly contents: CardPath['contents'];
  /** A person takes the card that the rollers hold at the mouth. */
  takeCard(): SimCard;
  /** A person opens the device and takes the stuck card out. */
  clearJam(): SimCard;
  /** A person opens it and takes the card out that lies at the encoder. */
  removeByHand(): SimCard;
  refill(cards: readonly SimCard[]): void;
  emptyBin(): readonly SimCard[];
  powerCycle(): void;
}
