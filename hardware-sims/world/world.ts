import { type Clock, delay } from '@portillon/core/base/clock.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { type DesfireFault, desfireFaults } from '../card/desfire/desfire-faults.ts';
import { DesfireSimCard } from '../card/desfire/desfire-sim-card.ts';
import type { SimCard, SimCardMemory } from '../card/sim-card.ts';
import type { DispenserSim } from '../card-dispenser/dispenser-sim.ts';
import type { VpcdReaderSim } from '../card-reader/vpcd/vpcd-reader-sim.ts';
import type { PushAnswer } from '../gate/turnstile.ts';
import type { NetworkCable } from '../network/network-cable.ts';
import type { BankAnswer, CardPlace, CardView, Paper, PaperView } from '../panel/club-view.ts';
import type { EscPosSim, PrintedPaper } from '../printer/escpos/escpos-sim.ts';
import type { SerialScannerSim } from '../scanner/serial-scanner/serial-scanner-sim.ts';
import type { Sim } from '../sim.ts';
import { NotPossible } from './not-possible.ts';
import { makeCard, type PhysicalCard } from './physical-card.ts';

/** The devices in reach of a person; those that could not be started are left out, the dispenser's cards aside. */
export interface DevicesInReach {
  readonly terminal: Sim | undefined;
  /** Undefined in a club that hands out no cards. */
  readonly dispenser: DispenserSim | undefined;
  readonly printer: EscPosSim | undefined;
  readonly network: NetworkCable | undefined;
  readonly kioskReader: VpcdReaderSim | undefined;
  readonly gates: ReadonlyMap<string, GateInReach>;
}

const noCards: DispenserSim['contents'] = { stacker: [], inPath: undefined, bin: [] };

export interface GateInReach {
  readonly board: Sim | undefined;
  readonly reader: VpcdReaderSim | undefined;
  readonly badgeReader: Sim | undefined;
  readonly scanner: SerialScannerSim | undefined;
}

export interface WorldOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly cards: readonly PhysicalCard[];
  /** Numbers of the cards that the person holds. */
  readonly inHand: readonly string[];
  /** Codes that the person remembers, newest first. */
  readonly codes: readonly string[];
  readonly onChange: () => void;
}

/** Where all plastic is that must not be lost. */
export interface CardStock {
  readonly inHand: readonly PhysicalCard[];
  readonly stacker: readonly PhysicalCard[];
  readonly inPath: { readonly card: PhysicalCard; readonly at: 'encoder' | 'mouth' } | undefined;
  readonly bin: readonly PhysicalCard[];
}

interface TapArgs {
  readonly gateId?: string | undefined;
  readonly cardId: string;
  readonly holdMs?: number | undefined;
}

const usualHoldMs = 800;
const usualReleaseLimitMs = 10_000;
const codesKept = 20;
const papersShown = 50;

/**
 * What a person moves between devices: cards, papers, codes. A card is one object that is handed on, never copied, so that
 * it is in one place only; where it is, is asked of the device that holds it.
 */
export class World {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onChange: () => void;
  readonly #cards = new Map<string, PhysicalCard>();
  readonly #inHand = new Set<string>();
  /** Number of a card in the hand to the gate on whose reader it is held. */
  readonly #onReader = new Map<string, string>();
  #codes: readonly string[];
  #papers: readonly PrintedPaper[] | undefined;
  #devices: DevicesInReach | undefined;

  constructor({ clock, random, cards, inHand, codes, onChange }: WorldOptions) {
    this.#codes = codes;
    this.#clock = clock;
    this.#random = random;
    this.#onChange = onChange;
    for (const card of cards) this.#cards.set(card.chip.uid, card);
    for (const cardId of inHand) this.#inHand.add(cardId);
  }

  /** Once, when the devices have started. */
  connect(devices: DevicesInReach): void {
    this.#devices = devices;
    devices.printer?.onChange(() => {
      this.#papers = undefined;
    });
  }

  /** Codes that lie on no paper here: typed ones, and those of papers before the club was restarted. */
  get codes(): readonly string[] {
    return this.#codes;
  }

  /** Every code that the person could still hold before a scanner, for the state file. */
  allCodes(): readonly string[] {
    const printed = this.#printed().flatMap((paper) => paper.qr);
    return [...new Set([...printed.toReversed(), ...this.#codes])].slice(0, codesKept);
  }

  papers(): PaperView[] {
    return this.#printed().slice(-papersShown).map(paperView);
  }

  paper(index: number): Paper {
    const paper = this.#paper(index);
    return { ...paperView(paper), lines: paper.lines };
  }

  paperSvg(index: number): string {
    this.#paper(index);
    return this.#printer.paperSvg(index);
  }

  /** Every card but those in the stacker, which its device counts. */
  cards(): CardView[] {
    const { dispenser } = this.#inReach;
    const { inPath, bin } = dispenser?.contents ?? noCards;
    const isMoving = (dispenser?.view().moving ?? null) !== null;
    const view = (cardId: string, place: CardPlace): CardView[] => {
      const card = this.#cards.get(cardId);
      return card ? [{ cardId, label: card.label, kind: card.kind, place, faults: faultsOf(card) }] : [];
    };
    return [
      ...[...this.#inHand].flatMap((cardId) => {
        if (this.#onKiosk() === cardId) return view(cardId, { at: 'kiosk-reader' });
        const gateId = this.#onReader.get(cardId);
        return view(cardId, gateId === undefined ? { at: 'hand' } : { at: 'reader', gateId });
      }),
      ...(inPath ? view(this.#idOf(inPath.card), { at: isMoving ? 'path' : inPath.at }) : []),
      ...bin.flatMap((card) => view(this.#idOf(card), { at: 'bin' })),
    ];
  }

  /** All plastic that is still somewhere, for the state file: held in the hand, and inside the dispenser. */
  stock(): CardStock {
    const { stacker, inPath, bin } = this.#inReach.dispenser?.contents ?? noCards;
    const known = (chip: SimCard) => this.#cards.get(this.#idOf(chip)) ?? [];
    const pathCard = inPath && this.#cards.get(this.#idOf(inPath.card));
    return {
      inHand: [...this.#inHand].flatMap((cardId) => this.#cards.get(cardId) ?? []),
      stacker: stacker.flatMap(known),
      bin: bin.flatMap(known),
      inPath: inPath && pathCard && { card: pathCard, at: inPath.at },
    };
  }

  /** A new card for the stacker. */
  newStackCard(): SimCard {
    const card = makeCard('club-card', `Card ${this.#cards.size + 1}`, this.#random);
    this.#cards.set(card.chip.uid, card);
    return card.chip;
  }

  memoryOf(cardId: string): SimCardMemory {
    return this.#card(cardId).chip.memory();
  }

  /** A card has come out of the dispenser into somebody's hand. */
  received(chip: SimCard): void {
    this.#inHand.add(this.#idOf(chip));
    this.#onChange();
  }

  async takeCard(): Promise<{ cardId: string }> {
    return { cardId: this.#idOf(this.#dispenser.takeCard()) };
  }

  async removeByHand(): Promise<{ cardId: string }> {
    const chip = this.#dispenser.removeByHand();
    this.received(chip);
    return { cardId: this.#idOf(chip) };
  }

  async clearJam(): Promise<{ cardId: string }> {
    const chip = this.#dispenser.clearJam();
    this.received(chip);
    return { cardId: this.#idOf(chip) };
  }

  async tap({ gateId, cardId, holdMs = usualHoldMs }: TapArgs): Promise<{ cardId: string; gateId: string }> {
    const gate = this.#gate(gateId);
    const { chip, label, kind } = this.#card(cardId);
    this.#mustBeFree(cardId, label);
    // A badge that has a number only goes before the reader that is there for such badges.
    const badgeReader = kind === 'uid-badge' ? gate.badgeReader : undefined;
    const lay = badgeReader
      ? { on: () => badgeReader.act('read', { number: chip.uid }), off: async () => undefined }
      : this.#layOn(this.#part(gate, 'reader', 'card reader'), chip);
    this.#onReader.set(cardId, gate.id);
    this.#onChange();
    try {
      await lay.on();
      await delay(this.#clock, holdMs);
      await lay.off();
    } finally {
      this.#onReader.delete(cardId);
      this.#onChange();
    }
    return { cardId, gateId: gate.id };
  }

  #layOn(reader: VpcdReaderSim, chip: SimCard) {
    return { on: () => reader.lay(chip), off: () => reader.lift() };
  }

  async layOnKiosk({ cardId }: { cardId: string }): Promise<{ cardId: string }> {
    const { kioskReader } = this.#inReach;
    if (!kioskReader) throw new NotPossible('now', 'The kiosk has no card reader.');
    const { chip, label } = this.#card(cardId);
    this.#mustBeFree(cardId, label);
    await kioskReader.lay(chip);
    return { cardId };
  }

  async liftFromKiosk(): Promise<null> {
    await this.#inReach.kioskReader?.lift();
    return null;
  }

  async cardFault({ cardId, name, on }: { cardId: string; name: string; on: boolean }): Promise<null> {
    const { chip, label, kind } = this.#card(cardId);
    if (kind !== 'club-card' || !(chip instanceof DesfireSimCard)) {
      throw new NotPossible('now', `${label} is no card of this club: it has no faults.`);
    }
    if (!isDesfireFault(name)) {
      const names = Object.keys(desfireFaults).join(', ');
      throw new NotPossible('unknown', `There is no fault ${name}; there are ${names}.`);
    }
    chip.switchFault(name, on);
    this.#onChange();
    return null;
  }

  async push({
    gateId,
    direction,
  }: {
    gateId?: string | undefined;
    direction: 'entry' | 'exit';
  }): Promise<PushAnswer> {
    const board = this.#part(this.#gate(gateId), 'board', 'turnstile');
    return (await board.act('push', { direction })) as PushAnswer;
  }

  async walkThrough({
    limitMs = usualReleaseLimitMs,
    ...tap
  }: TapArgs & { limitMs?: number | undefined }): Promise<{
    passed: boolean;
    releasedAfterMs: number | null;
  }> {
    const board = this.#part(this.#gate(tap.gateId), 'board', 'turnstile');
    const gaveUp = new AbortController();
    const releasing = untilReleased(board, this.#clock, limitMs, gaveUp.signal);
    try {
      await this.tap(tap);
    } catch (error) {
      gaveUp.abort();
      throw error;
    }
    const releasedAfterMs = await releasing;
    if (releasedAfterMs === null) return { passed: false, releasedAfterMs };
    return { passed: (await this.push({ gateId: tap.gateId, direction: 'entry' })).passed, releasedAfterMs };
  }

  async scan(
    args: { gateId?: string | undefined } & (
      | { text: string }
      | { paperIndex: number; qrIndex?: number | undefined }
    ),
  ): Promise<{ text: string }> {
    const scanner = this.#part(this.#gate(args.gateId), 'scanner', 'code scanner');
    const text = 'text' in args ? args.text : this.#codeOn(args.paperIndex, args.qrIndex ?? 0);
    await scanner.act('scan', { text });
    if ('text' in args) {
      this.#codes = [text, ...this.#codes.filter((known) => known !== text)].slice(0, codesKept);
      this.#onChange();
    }
    return { text };
  }

  async presentCard({ answer }: { answer: BankAnswer }): Promise<null> {
    const { terminal } = this.#inReach;
    if (!terminal) throw new NotPossible('now', 'There is no payment terminal.');
    await terminal.act('present-card', { bank: answer });
    return null;
  }

  async tearPaper({ paperIndex }: { paperIndex?: number | undefined }): Promise<{ paperIndex: number }> {
    const args = paperIndex === undefined ? {} : { index: paperIndex };
    const { index } = (await this.#printer.act('tear-off', args)) as { index: number };
    return { paperIndex: index };
  }

  async cutNetwork(): Promise<null> {
    await this.#network.act('fault', { name: 'cut', on: true });
    return null;
  }

  async restoreNetwork(): Promise<null> {
    await this.#network.act('fault', { name: 'cut', on: false });
    return null;
  }

  #mustBeFree(cardId: string, label: string): void {
    if (this.#onReader.has(cardId) || this.#onKiosk() === cardId) {
      throw new NotPossible('now', `${label} lies on a reader already.`);
    }
    if (!this.#inHand.has(cardId)) throw new NotPossible('now', `${label} is not in your hand.`);
  }

  /** Number of the card that lies on the kiosk's reader, whatever number it tells. */
  #onKiosk(): string | null {
    const told = this.#devices?.kioskReader?.view().card ?? null;
    if (told === null) return null;
    return [...this.#inHand].find((cardId) => this.#cards.get(cardId)?.chip.uid === told) ?? null;
  }

  /** The number under which a card is known here: a card with a fault may tell another one. */
  #idOf(chip: SimCard): string {
    if (this.#cards.get(chip.uid)?.chip === chip) return chip.uid;
    return [...this.#cards].find(([, card]) => card.chip === chip)?.[0] ?? chip.uid;
  }

  get #inReach(): DevicesInReach {
    if (!this.#devices) throw new NotPossible('now', 'The club is still starting.');
    return this.#devices;
  }

  get #dispenser(): DispenserSim {
    const { dispenser } = this.#inReach;
    if (!dispenser) throw new NotPossible('now', 'There is no card dispenser.');
    return dispenser;
  }

  get #printer(): EscPosSim {
    const { printer } = this.#inReach;
    if (!printer) throw new NotPossible('now', 'There is no printer.');
    return printer;
  }

  get #network(): NetworkCable {
    const { network } = this.#inReach;
    if (!network) throw new NotPossible('now', 'There is no network cable.');
    return network;
  }

  #card(cardId: string): PhysicalCard {
    const card = this.#cards.get(cardId);
    if (!card) throw new NotPossible('unknown', `There is no card ${cardId.slice(0, 20)}.`);
    return card;
  }

  /** The gate of this id; the only one when none is named. */
  #gate(gateId: string | undefined): GateInReach & { readonly id: string } {
    const { gates } = this.#inReach;
    const id = gateId ?? (gates.size === 1 ? [...gates.keys()][0] : undefined);
    const gate = id === undefined ? undefined : gates.get(id);
    if (!gate || id === undefined) {
      throw new NotPossible('unknown', `Which gate? There are: ${[...gates.keys()].join(', ') || 'none'}.`);
    }
    return { ...gate, id };
  }

  #part<Part extends keyof GateInReach>(
    gate: GateInReach & { readonly id: string },
    part: Part,
    words: string,
  ): NonNullable<GateInReach[Part]> {
    const device = gate[part];
    if (!device) throw new NotPossible('now', `The ${words} of ${gate.id} is not there.`);
    return device;
  }

  #printed(): readonly PrintedPaper[] {
    this.#papers ??= this.#devices?.printer?.paper() ?? [];
    return this.#papers;
  }

  #paper(index: number): PrintedPaper {
    const paper = this.#printed().find((candidate) => candidate.index === index);
    if (!paper) throw new NotPossible('unknown', `There is no paper ${index}.`);
    return paper;
  }

  #codeOn(paperIndex: number, qrIndex: number): string {
    const code = this.#paper(paperIndex).qr[qrIndex];
    if (code === undefined) {
      throw new NotPossible('unknown', `There is no code ${qrIndex} on paper ${paperIndex}.`);
    }
    return code;
  }
}

function paperView({ index, torn, lines, qr }: PrintedPaper): PaperView {
  return { index, torn, lineCount: lines.length, codes: qr };
}

/** Resolves with the time until the board frees the entry; null when it does not within `limitMs`. */
function untilReleased(
  board: Sim,
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
): Promise<number | null> {
  const startedMs = clock.monotonicMs();
  return new Promise((resolve) => {
    const finish = (afterMs: number | null) => {
      cancel();
      stopWatching();
      signal.removeEventListener('abort', giveUp);
      resolve(afterMs);
    };
    const look = () => {
      if (board.view().entryReleased === true) finish(clock.monotonicMs() - startedMs);
    };
    const giveUp = () => finish(null);
    const stopWatching = board.onChange(look);
    const cancel = clock.setTimer(limitMs, giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    look();
  });
}

function isDesfireFault(name: string): name is DesfireFault {
  return Object.hasOwn(desfireFaults, name);
}

function faultsOf({ chip, kind }: PhysicalCard): CardView['faults'] {
  if (kind !== 'club-card' || !(chip instanceof DesfireSimCard)) return [];
  const names = Object.keys(desfireFaults) as DesfireFault[];
  return names.map((name) => ({ name, words: desfireFaults[name], on: chip.faultsOn.includes(name) }));
}
