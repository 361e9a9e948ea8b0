import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import type { Fault, FaultCode } from '@portillon/core/base/fault-codes.ts';
import { type CredentialId, newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { Result } from '@portillon/core/base/result.ts';
import type { CardDispenser, DispenserStatus } from '@portillon/drivers/card-dispenser/card-dispenser.ts';
import { isCounted, type RepairScreen, type RepairStep } from '../../bridge/repair-view.ts';
import type { CardCounts } from '../../store/dispenser-counts.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { afterStep, guideFor, isAtWork, type RepairPlace, stepsOf } from './dispenser-guide.ts';

export interface DispenserRepairOptions {
  readonly dispenser: CardDispenser;
  readonly store: EdgeStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of the staff card that was held to the kiosk. */
  readonly credentialId: CredentialId;
  /** They may see who came in, too (W-PERSON-8). */
  readonly showsPeople: boolean;
  readonly show: (screen: RepairScreen) => void;
  readonly onEvent: () => void;
}

/** A stacker holds no more. */
const mostCards = 400;

type Says = NonNullable<RepairScreen['says']>;

/**
 * DI19, DI20: one visit of staff to the card dispenser. After each step the device is asked, and what it says decides what is
 * next; at the end what was found is held against what was counted, and the base is told.
 */
export class DispenserRepair {
  readonly #options: DispenserRepairOptions;
  #place: RepairPlace = { guide: 'well', at: 0, again: false };
  #asking = true;
  #badCount = false;
  #says: (Says & { readonly fault: FaultCode | null }) | null = null;
  #counts: CardCounts | null = null;
  /** What was wrong first. */
  #faultBefore: FaultCode | null = null;
  #filled: number | null = null;
  #wasEmpty = false;
  #emptied: number | null = null;
  #byHand = 0;
  #stepsDone = 0;
  #differences: RepairScreen['differences'] = null;
  #told = false;

  constructor(options: DispenserRepairOptions) {
    this.#options = options;
  }

  get screen(): RepairScreen {
    const { guide, at, again } = this.#place;
    const phase = this.#asking
      ? 'asking'
      : isAtWork(this.#place)
        ? 'at-work'
        : guide === 'well'
          ? 'choose'
          : 'step';
    return {
      name: 'repair',
      guide,
      steps: [...stepsOf[guide]],
      at,
      phase,
      again,
      badCount: this.#badCount,
      says: this.#says && {
        faultCode: this.#says.fault,
        card: this.#says.card,
        stacker: this.#says.stacker,
        binFull: this.#says.binFull,
        captured: this.#says.captured,
      },
      counted: { stack: this.#counts?.stack ?? null, bin: this.#counts?.bin ?? 0 },
      showsPeople: this.#options.showsPeople,
      differences: this.#differences,
    };
  }

  async begin(): Promise<void> {
    await this.#ask(() => this.#options.dispenser.status());
    this.#faultBefore = this.#says?.fault ?? null;
    this.#goTo({ guide: this.#says ? guideFor(this.#says) : 'not-answering', at: 0, again: false });
  }

  /** False when there is nothing to choose now. */
  choose(guide: 'refill' | 'empty-bin' | 'test'): boolean {
    if (this.screen.phase !== 'choose') return false;
    this.#goTo({ guide, at: 0, again: false });
    return true;
  }

  /** The step was done; `count` as typed. False when no step is to be done now. */
  async stepDone(count: string): Promise<boolean> {
    const step = stepsOf[this.#place.guide][this.#place.at];
    if (this.screen.phase !== 'step' || !step) return false;
    const cards = isCounted(step) ? cardsOf(count) : 0;
    if (cards === null || (step === 'fill' && cards === 0)) {
      this.#badCount = true;
      this.#options.show(this.screen);
      return true;
    }
    this.#badCount = false;
    this.#note(step, cards);
    await this.#ask(() => this.#actOf(step));
    this.#stepsDone += 1;
    const next = this.#says ? afterStep(this.#place, this.#says) : this.#place;
    if (isAtWork(next)) await this.#tell('ready');
    this.#goTo(next);
    return true;
  }

  /** Staff go away, at the end or in the middle. */
  async end(): Promise<void> {
    if (this.#stepsDone > 0 && !this.#told) await this.#tell('not-ready');
  }

  #goTo(place: RepairPlace): void {
    this.#place = place;
    this.#asking = false;
    this.#options.show(this.screen);
  }

  #note(step: RepairStep, cards: number): void {
    if (step === 'fill') {
      this.#wasEmpty ||= this.#says?.stacker === 'empty' && this.#filled === null;
      this.#filled = (this.#filled ?? 0) + cards;
    }
    if (step === 'empty-bin') this.#emptied = (this.#emptied ?? 0) + cards;
    if (step === 'remove-card' || step === 'take-from-mouth') this.#byHand += cards;
  }

  #actOf(step: RepairStep): Promise<Result<DispenserStatus, Fault>> {
    const { dispenser } = this.#options;
    if (step === 'reset') return dispenser.reset();
    if (step === 'test') return this.#test();
    return dispenser.status();
  }

  /** Feeds a card and speaks to its chip. It stays at the encoder for the next customer; one that is dead goes into the bin. */
  async #test(): Promise<Result<DispenserStatus, Fault>> {
    const { dispenser } = this.#options;
    const staged = await dispenser.stage();
    if (!staged.ok) return staged;
    const activated = await dispenser.activateCard();
    if (activated.ok) return dispenser.status();
    await dispenser.capture();
    return activated;
  }

  async #ask(act: () => Promise<Result<DispenserStatus, Fault>>): Promise<void> {
    const { dispenser, store, log, show } = this.#options;
    this.#asking = true;
    show(this.screen);
    const status = await act();
    const captured = status.ok ? await dispenser.capturedCount() : null;
    this.#counts = await store.dispenserCounts.read();
    this.#says = {
      fault: status.ok ? null : status.error.code,
      faultCode: status.ok ? null : status.error.code,
      card: status.ok ? status.value.card : null,
      stacker: status.ok ? status.value.stacker : null,
      binFull: status.ok && status.value.binFull,
      captured: captured?.ok ? captured.value : null,
    };
    log.info('repair.device-says', { guide: this.#place.guide, at: this.#place.at, fault: this.#says.fault });
  }

  /** DI20: who, when, what was done, and by how many cards it differs from what was counted. */
  async #tell(outcome: 'ready' | 'not-ready'): Promise<void> {
    const { dispenser, store, clock, random, log, credentialId, onEvent } = this.#options;
    const says = this.#says;
    const inPath = says?.card === 'at-encoder' || says?.card === 'at-mouth' ? 1 : 0;
    const at = isoTime(clock.wallMs());
    const emptied = this.#emptied;
    if (emptied !== null && says?.fault === null) {
      const cleared = await dispenser.clearCapturedCount();
      if (!cleared.ok) log.warn('repair.counter-not-cleared', { code: cleared.error.code });
    }
    const { bin, path } = await store.write(async (tx) => {
      const counts = await store.dispenserCounts.read(tx);
      const differences = {
        bin: emptied === null ? null : emptied - counts.bin,
        path: counts.fed - counts.captured - counts.handed - this.#byHand - inPath,
      };
      await store.outbox.appendEvent(tx, {
        type: 'dispenser.serviced',
        interventionId: newId<'intervention'>(clock, random),
        at,
        credentialId,
        faultBefore: this.#faultBefore,
        faultAfter: says?.fault ?? null,
        outcome,
        filled: this.#filled,
        emptied,
        takenByHand: this.#byHand,
        counted: {
          stack: counts.stack,
          bin: counts.bin,
          fed: counts.fed,
          captured: counts.captured,
          handed: counts.handed,
          inPath,
          byDevice: says?.captured ?? null,
          since: counts.since,
        },
        differences,
      });
      const service = { filled: this.#filled, wasEmpty: this.#wasEmpty, emptied, at };
      await store.dispenserCounts.serviced(tx, service, inPath === 1);
      this.#counts = await store.dispenserCounts.read(tx);
      return differences;
    });
    this.#told = true;
    this.#differences = { bin, path };
    log.info('repair.told', { outcome, faultBefore: this.#faultBefore, bin, path });
    onEvent();
  }
}

function cardsOf(typed: string): number | null {
  const cards = /^\d{1,3}$/.test(typed) ? Number(typed) : null;
  return cards !== null && cards <= mostCards ? cards : null;
}
