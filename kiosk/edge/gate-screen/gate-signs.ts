import { type SignName, signOf } from '@portillon/core/access/gate-sign.ts';
import type { PersonLanguage } from '@portillon/core/access/person-language.ts';
import { signWords } from '@portillon/core/access/sign-words.ts';
import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { FaultCode } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { ReaderSign } from '@portillon/drivers/card-reader/reader-signs.ts';
import type { Device } from '@portillon/drivers/device.ts';
import type { GateDirection } from '@portillon/drivers/gate/gate.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import type { GateSignShown } from '../../bridge/gate-screen-view.ts';
import type { BadgeReader } from '../devices.ts';
import type { GateFace, GateNow, LastDecision } from '../gate/gate-now.ts';

export interface GateSignsOptions {
  readonly gateId: string;
  readonly face: GateFace;
  readonly board: Pick<Device, 'state' | 'onState'>;
  /** With which people present something; without one of them that works the gate is out of order. */
  readonly eyes: readonly Pick<Device, 'state' | 'onState'>[];
  /** With a display, by the side at which they stand. */
  readonly readersAt: Readonly<Record<GateDirection, readonly BadgeReader[]>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** So long at most stands what was said to a person (GS5), in ms. */
const shownForMs = { granted: 12_000, wait: 20_000, again: 8_000, refused: 8_000 } as const;
/** And so long at least, however fast they walk. */
const leastShownMs = 1_500;
/** A display forgets after some seconds: what lasts is said again, without its sound. */
const againMs = 2_500;

/**
 * What stands beside a gate for people to see: one sign at a time. What was said to a person gives way, after a bounded time,
 * to what the gate is (idle, held open, locked, out of order); a fire alarm beats everything. Readers with a display show each
 * new sign as it comes; the gate's screen shows the one of now.
 */
export class GateSigns {
  readonly #options: GateSignsOptions;
  readonly #changes = new Listeners<[GateSignShown]>();
  readonly #stopListening: readonly (() => void)[];
  /** Said to a person, and not over yet. */
  #said: { readonly name: SignName; readonly language: PersonLanguage | null; readonly atMs: number } | null =
    null;
  #told: LastDecision | null = null;
  #noticed: SignName | 'idle' = 'idle';
  /** What is shown now was said to a person, and is not what the gate is. */
  #isOfPerson = false;
  #wasReleased = false;
  #isEnrolled = true;
  #seq = 0;
  #now: GateSignShown;
  #cancel: CancelTimer = () => undefined;
  #cancelAgain: CancelTimer = () => undefined;

  constructor(options: GateSignsOptions) {
    this.#options = options;
    const { face, board, eyes } = options;
    this.#now = { name: this.#standing(), language: null, seq: 0 };
    this.#stopListening = [
      face.onChange((now) => this.#faceChanged(now)),
      ...[board, ...eyes].map((device) => device.onState(() => this.#look())),
    ];
  }

  get now(): GateSignShown {
    return this.#now;
  }

  /** Returns how to stop listening. */
  onChange(listener: (now: GateSignShown) => void): () => void {
    return this.#changes.add(listener);
  }

  /** A box that nobody has enrolled lets nobody in. */
  enrolled(isEnrolled: boolean): void {
    this.#isEnrolled = isEnrolled;
    this.#look();
  }

  stop(): void {
    this.#cancel();
    this.#cancelAgain();
    for (const stop of this.#stopListening) stop();
  }

  #faceChanged({ last, released }: GateNow): void {
    const wentThrough = this.#wasReleased && !released;
    this.#wasReleased = released;
    if (last !== null && isNew(last, this.#told)) {
      this.#told = last;
      if (last.direction === 'entry') this.#say(signOf(last.told), last.language);
      else this.#sayAtExit(last);
    } else if (wentThrough && this.#said?.name === 'granted') {
      this.#endSaidAfter(this.#said.atMs + leastShownMs - this.#options.clock.monotonicMs());
    }
    this.#look();
  }

  #say(name: SignName, language: PersonLanguage | null): void {
    this.#said = { name, language, atMs: this.#options.clock.monotonicMs() };
    this.#seq += 1;
    const limit = name === 'granted' || name === 'wait' || name === 'again' ? name : 'refused';
    this.#endSaidAfter(shownForMs[limit]);
  }

  /** The screen stands at the entry, and is not for those who leave. */
  #sayAtExit({ told, language }: LastDecision): void {
    const name = told === 'granted' ? 'goodbye' : signOf(told);
    this.#showOnReaders(this.#options.readersAt.exit, name, language);
  }

  #endSaidAfter(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.setTimer(Math.max(0, ms), () => {
      this.#said = null;
      this.#look();
    });
  }

  /** Shows what is to be shown now, if that is something else. */
  #look(): void {
    const standing = this.#standing();
    const said = standing === 'emergency' ? null : this.#said;
    const name = said?.name ?? standing;
    const language = said?.language ?? null;
    const before = this.#now;
    const isSame = name === before.name && language === before.language && this.#seq === before.seq;
    if (isSame && (said !== null) === this.#isOfPerson) return;
    this.#isOfPerson = said !== null;
    // What a gate turns into is to be noticed, too; that it is so again, or idle, is not.
    if (said === null) {
      if (standing !== 'idle' && standing !== this.#noticed) this.#seq += 1;
      this.#noticed = standing;
    }
    const isNoticed = this.#seq !== before.seq;
    this.#now = { name, language, seq: this.#seq };
    this.#cancelAgain();
    if (said !== null) this.#showOnReaders(this.#options.readersAt.entry, said.name, language);
    else if (standing !== 'idle') this.#keepOnReaders(standing, !isNoticed);
    if (!isSame) this.#changes.notify(this.#now);
  }

  #standing(): SignName | 'idle' {
    const { face, board, eyes } = this.#options;
    const { mode } = face.now;
    if (mode === 'fire') return 'emergency';
    const isBlind = eyes.length > 0 && !eyes.some(works);
    if (!works(board) || isBlind || !this.#isEnrolled) return 'out-of-order';
    return mode === 'normal' ? 'idle' : mode;
  }

  /** For as long as the gate is so and this program lives: a display that nobody keeps goes dark by itself. */
  #keepOnReaders(name: SignName, quiet: boolean): void {
    const { readersAt, clock } = this.#options;
    this.#showOnReaders([...readersAt.entry, ...readersAt.exit], name, null, quiet);
    this.#cancelAgain = clock.setTimer(againMs, () => this.#keepOnReaders(name, true));
  }

  /** Nobody's passage waits for it. */
  #showOnReaders(
    readers: readonly BadgeReader[],
    name: SignName,
    language: PersonLanguage | null,
    quiet = false,
  ): void {
    const { log, gateId } = this.#options;
    for (const { device, language: itsOwn } of readers) {
      const sign: ReaderSign = { outcome: lightOf(name), words: signWords[name][language ?? itsOwn] };
      device.show(quiet ? { ...sign, quiet } : sign).then(
        (shown) => {
          if (!shown.ok && !quiet) log.warn('gate.sign-not-shown', { gateId, ...shown.error });
        },
        (error: unknown) => log.error('gate.sign-not-shown', { gateId, detail: String(error) }),
      );
    }
  }
}

/** The same decision may be told again: the one who waited is let in now, or the gate did not open after all. */
function isNew(last: LastDecision, before: LastDecision | null): boolean {
  return last.decisionId !== before?.decisionId || last.told !== before.told;
}

/** What staff are to look at, while people go on coming in. */
const doesNotStop: readonly FaultCode[] = [
  'gate.held-open',
  'gate.sensor-stuck',
  'gate.fire',
  'gate.locked',
  'gate.cannot-hold-open',
  'reader.tampered',
  'reader.power-failed',
  'scanner.noise',
];

function works({ state }: Pick<Device, 'state'>): boolean {
  if (state.status === 'faulted') return doesNotStop.includes(state.fault.code);
  return state.status === 'ready' || state.status === 'starting';
}

function lightOf(name: SignName): ReaderSign['outcome'] {
  if (name === 'granted' || name === 'goodbye' || name === 'held-open') return 'granted';
  return name === 'wait' || name === 'again' ? 'wait' : 'refused';
}
