import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import type { CardDispenser, DispenserStatus } from '@portillon/drivers/card-dispenser/card-dispenser.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { ModelDevice } from './model-device.ts';
import type { TrialScript } from './trial-script.ts';

const jam = fault('dispenser.card-jam', 'a card is stuck');
const mute = fault('card.no-answer', 'the card is mute');
/** A card that dies in the middle of being written answers so many commands. */
const answersBeforeTorn = 6;

/** Where the cards are, and what the dispenser says of it. The cards are the simulated DESFire ones, bytes and all. */
export class ModelDispenser extends ModelDevice implements CardDispenser {
  readonly #script: TrialScript;
  readonly #random: Random;
  #place: DispenserStatus['card'] = 'none';
  #card: DesfireSimCard | null = null;
  #made = 0;
  /** Cards that left through the mouth. */
  readonly taken: DesfireSimCard[] = [];

  constructor(script: TrialScript, random: Random) {
    super();
    this.#script = script;
    this.#random = random;
  }

  /** What the customer may do at the mouth while the kiosk is dark. */
  whileDark(): void {
    if (this.#place !== 'at-mouth') return;
    if (this.#script.choose('card while dark', ['stays', 'is taken']) === 'is taken') this.#take();
  }

  async status(): Promise<Result<DispenserStatus, Fault>> {
    const answer = this.#script.choose('dispenser status', ['told', 'silent', 'silent-always']);
    if (answer !== 'told') return err(fault('line.no-answer', 'silent'));
    return ok({ card: this.#place, stacker: 'enough', binFull: false });
  }

  async stage(): Promise<Result<void, Fault>> {
    const answer = this.#script.choose('stage', ['staged', 'jam', 'jam-always', 'empty-always']);
    await this.#script.moment('before stage');
    if (answer === 'empty-always') return err(fault('dispenser.stacker-empty', 'no cards left'));
    if (answer !== 'staged') return err(jam);
    this.#made += 1;
    const uid = `0412345678${String(this.#made).padStart(4, '0')}`;
    this.#card = new DesfireSimCard({ uid, random: this.#random });
    this.#place = 'at-encoder';
    await this.#script.moment('after stage');
    return ok(undefined);
  }

  async activateCard(): Promise<Result<CardChannel, Fault>> {
    const card = this.#place === 'at-encoder' ? this.#card : null;
    if (!card) return err(fault('dispenser.no-card', 'no card at the encoder'));
    const answer = this.#script.choose('card', ['answers', 'mute', 'mute-always', 'torn', 'torn-always']);
    await this.#script.moment('before card');
    card.powerOff();
    if (answer === 'mute' || answer === 'mute-always') return err(mute);
    const limit = answer === 'answers' ? Number.POSITIVE_INFINITY : answersBeforeTorn;
    let answered = 0;
    return ok({
      uid: Uint8Array.from(Buffer.from(card.uid, 'hex')),
      transmit: async (apdu) => {
        answered += 1;
        const answer = answered > limit ? undefined : card.answer(apdu);
        return answer ? ok(answer) : err(fault('card.gone', 'gone in the middle'));
      },
    });
  }

  async present(): Promise<Result<void, Fault>> {
    const answer = this.#script.choose('present', [
      'presented',
      'stuck',
      'stuck-always',
      'moved and jam told',
      'pulled out by force',
    ]);
    await this.#script.moment('before present');
    if (answer === 'stuck' || answer === 'stuck-always') return err(jam);
    if (this.#card) this.#place = 'at-mouth';
    if (answer === 'pulled out by force') this.#take();
    await this.#script.moment('after present');
    return answer === 'moved and jam told' ? err(jam) : ok(undefined);
  }

  async waitTaken(): Promise<Result<'taken' | 'not-taken', Fault>> {
    const answer = this.#script.choose('at the mouth', [
      'taken',
      'forgotten',
      'silent',
      'silent-always',
      'taken and silent',
    ]);
    await this.#script.moment('before taken');
    if (answer === 'taken' || answer === 'taken and silent') this.#take();
    await this.#script.moment('after taken');
    if (answer === 'silent' || answer === 'silent-always' || answer === 'taken and silent') {
      return err(fault('line.no-answer', 'silent'));
    }
    return ok(this.#place === 'at-mouth' ? 'not-taken' : 'taken');
  }

  async capture(): Promise<Result<void, Fault>> {
    const answer = this.#script.choose('capture', ['captured', 'jam-always']);
    await this.#script.moment('before capture');
    if (answer === 'jam-always') return err(jam);
    this.#card = null;
    this.#place = 'none';
    await this.#script.moment('after capture');
    return ok(undefined);
  }

  reset(): Promise<Result<DispenserStatus, Fault>> {
    return this.status();
  }

  async capturedCount(): Promise<Result<number | null, Fault>> {
    return ok(null);
  }

  async clearCapturedCount(): Promise<Result<void, Fault>> {
    return ok(undefined);
  }

  /** The trials look at the cards themselves. */
  onMovement(): () => void {
    return () => undefined;
  }

  #take(): void {
    if (this.#card) this.taken.push(this.#card);
    this.#card = null;
    this.#place = 'none';
  }
}
