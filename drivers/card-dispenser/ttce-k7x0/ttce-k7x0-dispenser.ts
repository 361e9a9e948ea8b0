import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../../card/card-channel.ts';
import type { CardMovement, DispenserStatus } from '../card-dispenser.ts';
import {
  type DispenserOptions,
  type IsThere,
  type LinkOver,
  SupervisedDispenser,
  watchPollMs,
} from '../supervised-dispenser.ts';
import { pause } from '../wait-taken.ts';
import { K7Link } from './k7-link.ts';
import {
  apduWhole,
  has,
  isMoving,
  type K7CommandName,
  k7FaultOf,
  k7StatusOf,
  k7TroubleOf,
} from './k7-message.ts';

export interface TtceK7x0DispenserOptions extends DispenserOptions {
  /** 0 to 15, as set on the unit's switches. */
  readonly deviceAddress?: number | undefined;
}

/** The maker recommends to wait so long for a card (_Development Reference Process_). */
const longestMovementMs = 12_000;
/** A card that has lain still for so long after an order was not moved by it. */
const stillMs = 1_000;

/** TTCE K720, K730 and K750 with the module for CPU cards. */
export class TtceK7x0Dispenser extends SupervisedDispenser<K7Link> {
  readonly #deviceAddress: number;

  constructor({ deviceAddress = 0, ...options }: TtceK7x0DispenserOptions) {
    super(options);
    this.#deviceAddress = deviceAddress;
  }

  activateCard(): Promise<Result<CardChannel, Fault>> {
    return this.turns.take(async () => {
      const link = this.link;
      if (!link) return err(this.whyNoLine());
      const answered = await link.card('activate');
      if (!answered.ok) return answered;
      if (answered.value.kind !== 'success') {
        const { value } = answered;
        return this.explainDeadCard(
          value.kind === 'failure' ? k7FaultOf(value.code, 'activate') : unexpected('a status'),
        );
      }
      const uid = answered.value.data;
      if (![4, 7, 10].includes(uid.length)) {
        return err(fault('card.refused', 'not a card of ISO 14443-4 type A'));
      }
      return ok({ uid, transmit: (commandApdu) => this.#transmit(commandApdu) });
    });
  }

  capture(): Promise<Result<void, Fault>> {
    return this.turns.take(async () => {
      const before = await this.readStatus();
      if (!before.ok) {
        return before.error.code === 'dispenser.card-jam' ? this.#pullJamIntoBin(before.error) : before;
      }
      if (before.value.card === 'none') return ok(undefined);
      if (before.value.binFull) return err(fault('dispenser.bin-full', 'by its sensor'));
      return this.#move('toBin', before.value, ({ card }) => card === 'none', 'captured');
    });
  }

  /** RS: what it does with a card in the path is a setting of the unit. */
  reset(): Promise<Result<DispenserStatus, Fault>> {
    return this.turns.take(async () => {
      const ordered = await this.#order('reset');
      if (!ordered.ok) return ordered;
      await this.#untilStill();
      return this.readStatus();
    });
  }

  async capturedCount(): Promise<Result<number | null, Fault>> {
    return ok(null);
  }

  async clearCapturedCount(): Promise<Result<void, Fault>> {
    return ok(undefined);
  }

  protected linkOver(over: LinkOver): K7Link {
    return new K7Link({ ...over, deviceAddress: this.#deviceAddress });
  }

  protected async feed(before: DispenserStatus): Promise<Result<void, Fault>> {
    const fed = await this.#move('toEncoder', before, ({ card }) => card === 'at-encoder', 'fed');
    if (fed.ok || fed.error.code !== 'dispenser.card-jam') return fed;
    this.movements.tell('fed');
    await this.#pullJamIntoBin(fed.error);
    return fed;
  }

  protected async bringToMouth(before: DispenserStatus): Promise<Result<void, Fault>> {
    // Not `at-mouth`: a quick hand may have taken it before we ask.
    const presented = await this.#move('toMouth', before, ({ card }) => card !== 'at-encoder');
    if (!presented.ok && presented.error.code === 'dispenser.card-jam') {
      await this.#pullJamIntoBin(presented.error);
    }
    return presented;
  }

  protected async askStatus(): Promise<Result<DispenserStatus, Fault>> {
    const bits = await this.#bits();
    const trouble = bits.ok ? k7TroubleOf(bits.value) : bits.error;
    return bits.ok && !trouble ? ok(k7StatusOf(bits.value)) : err(trouble ?? unexpected('nothing'));
  }

  async #bits(): Promise<Result<number, Fault>> {
    return this.link ? this.link.status() : err(this.whyNoLine());
  }

  async #order(name: K7CommandName): Promise<Result<void, Fault>> {
    return this.link ? this.link.order(name) : err(this.whyNoLine());
  }

  /** DI3: a movement is ordered again once, after the card has provably lain where it lay. */
  async #move(
    name: K7CommandName,
    before: DispenserStatus,
    isThere: IsThere,
    counted?: CardMovement,
  ): Promise<Result<void, Fault>> {
    for (let tries = 1; ; tries++) {
      const ordered = await this.#order(name);
      if (!ordered.ok) return ordered;
      const found = await this.#watch(before, isThere);
      if (found === 'there') {
        if (counted) this.movements.tell(counted);
        await this.readStatus();
        return ok(undefined);
      }
      if (found === 'not-moved' && tries === 1) continue;
      if (found === 'not-moved') return err(fault('dispenser.refused', 'the card is not moved'));
      if (counted && found.code !== 'dispenser.card-jam') this.movements.isUnsure(counted);
      return err(found);
    }
  }

  async #watch(before: DispenserStatus, isThere: IsThere): Promise<'there' | 'not-moved' | Fault> {
    const startMs = this.clock.monotonicMs();
    let stillSinceMs = startMs;
    for (;;) {
      await pause(this.clock, watchPollMs);
      const bits = await this.#bits();
      const nowMs = this.clock.monotonicMs();
      if (!bits.ok) {
        this.isInTrouble(bits.error);
        return bits.error;
      }
      const trouble = k7TroubleOf(bits.value);
      if (trouble) {
        this.isInTrouble(trouble);
        return trouble;
      }
      const status = k7StatusOf(bits.value);
      if (!isMoving(bits.value) && isThere(status)) return 'there';
      if (has(bits.value, 'cannotExecute')) return fault('dispenser.refused', 'it cannot do that now');
      if (isMoving(bits.value) || status.card !== before.card) stillSinceMs = nowMs;
      if (nowMs - stillSinceMs >= stillMs) return 'not-moved';
      if (nowMs - startMs >= longestMovementMs || this.stopping) {
        return fault('dispenser.card-moved', `the card is ${status.card}`);
      }
    }
  }

  async #untilStill(): Promise<void> {
    const endMs = this.clock.monotonicMs() + longestMovementMs;
    do await pause(this.clock, watchPollMs);
    while (await this.#isStillMoving(endMs));
  }

  async #isStillMoving(endMs: number): Promise<boolean> {
    const bits = await this.#bits();
    return bits.ok && isMoving(bits.value) && this.clock.monotonicMs() < endMs && !this.stopping;
  }

  /** CP, once. The jam stays when that does not help, until the status tells that a person has freed it. */
  async #pullJamIntoBin(jam: Fault): Promise<Result<void, Fault>> {
    this.log.warn('card jam: pulling the card into the bin', { detail: jam.detail });
    const ordered = await this.#order('toBin');
    if (!ordered.ok) return ordered;
    await this.#untilStill();
    const after = await this.readStatus();
    if (!after.ok) return err(after.error.code === 'dispenser.card-jam' ? jam : after.error);
    this.movements.tell('captured');
    return ok(undefined);
  }

  async #transmit(commandApdu: Uint8Array): Promise<Result<Uint8Array, Fault>> {
    return this.turns.take(async () => {
      const link = this.link;
      if (!link) return err(this.whyNoLine());
      const answered = await link.card('apdu', Uint8Array.of(apduWhole, ...commandApdu));
      if (!answered.ok) return answered;
      const { value } = answered;
      if (value.kind === 'failure') return err(k7FaultOf(value.code, 'apdu'));
      if (value.kind !== 'success' || value.data[0] !== apduWhole) {
        return err(fault('card.refused', 'an answer in several parts, which the manual does not explain'));
      }
      return ok(value.data.slice(1));
    });
  }
}

function unexpected(what: string): Fault {
  return fault('line.garbled', `${what} where something else was asked for`);
}
