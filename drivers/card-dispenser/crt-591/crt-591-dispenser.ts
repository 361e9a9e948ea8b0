import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../../card/card-channel.ts';
import type { DeviceAbout } from '../../device.ts';
import type { DispenserStatus } from '../card-dispenser.ts';
import {
  type DispenserOptions,
  type IsThere,
  type LinkOver,
  SupervisedDispenser,
  watchPollMs,
} from '../supervised-dispenser.ts';
import { pause } from '../wait-taken.ts';
import {
  binFullMark,
  type CrtCommandName,
  type CrtDialect,
  type CrtDialectName,
  cardPlaces,
  crtCommands,
  crtDialects,
  crtErrors,
  faultOfCode,
  rfTypeA,
  rfTypeAOnly,
  stackerLevels,
} from './crt-codes.ts';
import { CrtLink } from './crt-link.ts';
import type { CrtReply } from './crt-message.ts';

export interface Crt591DispenserOptions extends DispenserOptions {
  readonly dialect?: CrtDialectName;
  /** 0 to 15, as set on the unit's switches. */
  readonly deviceAddress?: number;
}

/** A movement that was acknowledged by nobody and has not ended by then did not begin. */
const longestMovementMs = 3_000;
const nothing = new Uint8Array(0);

type Success = Extract<CrtReply, { readonly kind: 'success' }>;

/** Card dispensers of the CRT-571, CRT-591 and F3-1300 family, with their contactless encoder. */
export class Crt591Dispenser extends SupervisedDispenser<CrtLink> {
  readonly #dialect: CrtDialect;
  readonly #deviceAddress: number;
  /** False after every power-up of the device and every new line: INIT comes before any order. */
  #initialised = false;
  /** A jam lasts until an INIT finds the path free. */
  #jam: Fault | undefined;
  /** The last movement ended in a jam, and the card in the bin. */
  #jamWasPulled = false;
  #firmware = '';

  constructor({ dialect = 'crt-591', deviceAddress = 0, ...options }: Crt591DispenserOptions) {
    super(options);
    this.#dialect = crtDialects[dialect];
    this.#deviceAddress = deviceAddress;
  }

  /** INIT is answered with the firmware. */
  get about(): DeviceAbout {
    return this.#firmware === '' ? {} : { software: this.#firmware };
  }

  activateCard(): Promise<Result<CardChannel, Fault>> {
    return this.turns.take(async () => {
      const activated = await this.#order('rfActivate', rfTypeAOnly);
      if (!activated.ok) return this.explainDeadCard(activated.error);
      const uid = uidOf(activated.value.data);
      if (!uid) return err(fault('card.refused', 'not a card of ISO 14443-4 type A'));
      return ok({ uid, transmit: (commandApdu) => this.#transmit(commandApdu) });
    });
  }

  capture(): Promise<Result<void, Fault>> {
    return this.turns.take(async () => {
      if (this.#jam) {
        const pulled = await this.#pullJamIntoBin(this.#jam);
        if (pulled.ok) this.movements.tell('captured');
        return pulled;
      }
      const before = await this.readStatus();
      if (!before.ok) return before;
      if (before.value.card === 'none') return ok(undefined);
      if (before.value.binFull) return err(fault('dispenser.bin-full', 'by its sensor'));
      const captured = await this.#move('moveToBin', ({ card }) => card === 'none');
      if (captured.ok || this.#jamWasPulled) this.movements.tell('captured');
      else if (isUnsure(captured.error)) this.movements.isUnsure('captured');
      return captured;
    });
  }

  /** A jam is forgotten by the INIT that comes before the next command; INIT 33 leaves a card where it is. */
  reset(): Promise<Result<DispenserStatus, Fault>> {
    return this.turns.take(() => {
      this.#initialised = false;
      return this.readStatus();
    });
  }

  capturedCount(): Promise<Result<number | null, Fault>> {
    return this.turns.take(async () => {
      const answered = await this.#order('readBinCount');
      if (!answered.ok) {
        // Units without the counter do not know the command.
        return answered.error.code === 'dispenser.refused' ? ok(null) : answered;
      }
      const digits = Buffer.from(answered.value.data).toString('latin1');
      return /^\d{3}$/.test(digits)
        ? ok(Number(digits))
        : err(fault('line.garbled', `bin counter ${JSON.stringify(digits)}`));
    });
  }

  clearCapturedCount(): Promise<Result<void, Fault>> {
    return this.turns.take(async () => {
      const answered = await this.#order('setBinCount', Uint8Array.from(Buffer.from('000', 'latin1')));
      if (answered.ok || answered.error.code === 'dispenser.refused') return ok(undefined);
      return answered;
    });
  }

  protected override onLine(): void {
    this.#initialised = false;
  }

  protected linkOver(over: LinkOver): CrtLink {
    return new CrtLink({ ...over, deviceAddress: this.#deviceAddress });
  }

  protected async askStatus(): Promise<Result<DispenserStatus, Fault>> {
    const answered = await this.#order('status');
    return answered.ok ? statusOf(answered.value) : answered;
  }

  protected async feed(): Promise<Result<void, Fault>> {
    const fed = await this.#move(this.#dialect.feed, ({ card }) => card === 'at-encoder');
    // A card that got stuck on its way has left the stacker, too.
    if (fed.ok || fed.error.code === 'dispenser.card-jam') this.movements.tell('fed');
    else if (isUnsure(fed.error)) this.movements.isUnsure('fed');
    if (this.#jamWasPulled) this.movements.tell('captured');
    return fed;
  }

  protected async bringToMouth(): Promise<Result<void, Fault>> {
    // Not `at-mouth`: a quick hand may have taken it before we ask.
    const presented = await this.#move('moveToFront', ({ card }) => card !== 'at-encoder');
    if (this.#jamWasPulled) this.movements.tell('captured');
    return presented;
  }

  /**
   * Moves a card and resolves when it is there. A movement whose outcome is unknown is ordered again, once, only after
   * the status has told for a while that the card does not move. A jam is answered by pulling the card into the bin.
   */
  async #move(name: CrtCommandName, isThere: IsThere): Promise<Result<void, Fault>> {
    this.#jamWasPulled = false;
    const moved = await this.#order(name);
    if (moved.ok) return this.#arrival(name, isThere);
    if (moved.error.code === 'dispenser.card-jam') {
      this.#jamWasPulled = (await this.#pullJamIntoBin(moved.error)).ok;
      return moved;
    }
    if (!isOutcomeUnknown(moved.error)) {
      await this.readStatus();
      return moved;
    }
    const found = await this.#lookForCard(isThere);
    if (found === 'there') return ok(undefined);
    if (found === 'unknown') return moved;
    const movedAgain = await this.#order(name);
    return movedAgain.ok ? this.#arrival(name, isThere) : movedAgain;
  }

  async #arrival(name: CrtCommandName, isThere: IsThere): Promise<Result<void, Fault>> {
    const after = await this.readStatus();
    if (!after.ok) return after;
    if (isThere(after.value)) return ok(undefined);
    return err(fault('dispenser.card-moved', `${crtCommands[name].name}: the card is ${after.value.card}`));
  }

  async #lookForCard(isThere: IsThere): Promise<'there' | 'not-there' | 'unknown'> {
    const endMs = this.clock.monotonicMs() + longestMovementMs;
    for (;;) {
      const now = await this.readStatus();
      if (now.ok && isThere(now.value)) return 'there';
      if (!this.link || this.stopping) return 'unknown';
      if (this.clock.monotonicMs() >= endMs) return now.ok ? 'not-there' : 'unknown';
      await pause(this.clock, watchPollMs);
    }
  }

  /** INIT 31, once. The jam stays when that does not help, until an INIT at rest finds the path free. */
  async #pullJamIntoBin(jam: Fault): Promise<Result<void, Fault>> {
    this.log.warn('card jam: pulling the card into the bin', { detail: jam.detail });
    const pulled = await this.#send('initCapture', nothing);
    const isFree = pulled.ok && pulled.value.kind === 'success';
    this.#jam = isFree ? undefined : jam;
    const after = await this.readStatus();
    return isFree && after.ok ? ok(undefined) : err(jam);
  }

  async #transmit(commandApdu: Uint8Array): Promise<Result<Uint8Array, Fault>> {
    const answered = await this.turns.take(() => this.#order('rfApdu', commandApdu));
    return answered.ok ? ok(answered.value.data) : answered;
  }

  /**
   * One command, after an INIT if the device needs one. A device that says it is not initialised has lost its power
   * meanwhile and has not carried the command out: it is initialised and told once more, except in the middle of a
   * card's session, which is lost.
   */
  async #order(name: CrtCommandName, data: Uint8Array = nothing): Promise<Result<Success, Fault>> {
    for (let tries = 1; ; tries++) {
      if (!this.#initialised || this.#jam) {
        const ready = await this.#initialise();
        if (!ready.ok) return ready;
      }
      const replied = await this.#send(name, data);
      if (!replied.ok) return replied;
      const reply = replied.value;
      if (reply.kind === 'success') return ok(reply);
      if (reply.code !== crtErrors.notInitialised) {
        const failed = faultOfCode(reply.code, this.#dialect, crtCommands[name].name);
        if (failed.code === 'dispenser.card-jam') this.#jam = failed;
        return err(failed);
      }
      this.#initialised = false;
      this.log.warn('the dispenser was switched off and on');
      if (name === 'rfApdu') return err(fault('card.no-answer', 'the dispenser lost its power meanwhile'));
      if (tries > 1) return err(fault('dispenser.hardware', 'the dispenser forgets its initialisation'));
    }
  }

  /** INIT 33, which leaves a card where it is. */
  async #initialise(): Promise<Result<void, Fault>> {
    const replied = await this.#send('initStay', nothing);
    if (!replied.ok) return replied;
    if (replied.value.kind === 'failure') {
      const failed = faultOfCode(replied.value.code, this.#dialect, crtCommands.initStay.name);
      if (failed.code === 'dispenser.card-jam') this.#jam = failed;
      return err(failed);
    }
    this.#initialised = true;
    this.#jam = undefined;
    this.#firmware = printable(replied.value.data);
    this.log.info('dispenser initialised', { firmware: this.#firmware });
    return ok(undefined);
  }

  #send(name: CrtCommandName, data: Uint8Array): Promise<Result<CrtReply, Fault>> {
    const link = this.link;
    if (!link) return Promise.resolve(err(this.whyNoLine()));
    const { command, parameter } = crtCommands[name];
    return link.exchange({ command, parameter, data }, repeatable.has(name) ? 'repeat' : 'once');
  }
}

const longestText = 40;

function printable(bytes: Uint8Array): string {
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/g, '');
  return text.trim().slice(0, longestText);
}

/** Nobody knows where the card is now. */
function isUnsure(error: Fault): boolean {
  return isOutcomeUnknown(error) || error.code.startsWith('transport.');
}

/** Nobody knows whether the order was carried out. */
function isOutcomeUnknown({ code }: Fault): boolean {
  return code === 'line.no-answer' || code === 'line.garbled';
}

/** Commands that may be carried out twice without harm. */
const repeatable: ReadonlySet<CrtCommandName> = new Set([
  'status',
  'initStay',
  'rfActivate',
  'rfOff',
  'readBinCount',
  'setBinCount',
]);

function statusOf({ status }: Success): Result<DispenserStatus, Fault> {
  const [st0 = '', st1 = '', st2 = ''] = status;
  if (!isKey(cardPlaces, st0) || !isKey(stackerLevels, st1)) {
    return err(fault('line.garbled', `status ${JSON.stringify(status)}`));
  }
  return ok({ card: cardPlaces[st0], stacker: stackerLevels[st1], binFull: st2 === binFullMark });
}

function isKey<T extends object>(table: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(table, key);
}

/** Activation data: Rtype, ATQA 2, length, number, SAK, ATS. */
function uidOf(data: Uint8Array): Uint8Array | undefined {
  const length = data[3] ?? 0;
  const isTypeA = data[0] === rfTypeA && [4, 7, 10].includes(length) && data.length > 4 + length;
  return isTypeA ? data.slice(4, 4 + length) : undefined;
}
