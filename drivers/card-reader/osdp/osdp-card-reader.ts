import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DeviceAbout, DeviceState } from '../../device.ts';
import { DeviceStatus } from '../../line/device-status.ts';
import { Listeners } from '../../line/listeners.ts';
import { deviceStateOf, type OsdpLine, type OsdpReader } from '../../osdp/osdp-line.ts';
import { colours, commands, type OsdpCommand, type ReaderEvent } from '../../osdp/osdp-messages.ts';
import type { CardNumber, Keypad, NumberReader } from '../card-reader.ts';
import type { ReaderSign, ReaderSigns } from '../reader-signs.ts';

export interface OsdpCardReaderOptions {
  readonly line: OsdpLine;
  readonly log: Log;
  /** Address of the reader on the line, 0 to 126. */
  readonly unit: number;
}

const shownForSteps = 25;
const shownForSeconds = 3;

/** Told apart by rhythm too, of the light and of the sound: one long, three short, two of the same. */
const looks = {
  granted: {
    colour: colours.green,
    onSteps: shownForSteps,
    offSteps: 0,
    sound: { onSteps: 2, offSteps: 0, count: 1 },
  },
  refused: { colour: colours.red, onSteps: 3, offSteps: 2, sound: { onSteps: 1, offSteps: 1, count: 3 } },
  wait: { colour: colours.amber, onSteps: 8, offSteps: 4, sound: { onSteps: 1, offSteps: 2, count: 2 } },
} as const;

/** A reader on an OSDP line: numbers of badges, keys, and the signs for who stands in front of it. */
export class OsdpCardReader implements NumberReader, Keypad, ReaderSigns {
  readonly #line: OsdpLine;
  readonly #reader: OsdpReader;
  readonly #log: Log;
  readonly #status = new DeviceStatus();
  readonly #numbers = new Listeners<[CardNumber, number]>();
  readonly #keys = new Listeners<[string, number]>();
  readonly #stopListening: readonly (() => void)[];

  constructor({ line, log, unit }: OsdpCardReaderOptions) {
    this.#line = line;
    this.#reader = line.reader(unit);
    this.#log = log.child({ device: 'reader', unit });
    this.#stopListening = [
      this.#reader.onStatus((status) => this.#status.set(deviceStateOf(status))),
      this.#reader.onEvent((event, arrivedMs) => this.#told(event, arrivedMs)),
    ];
  }

  get about(): DeviceAbout {
    return this.#reader.about;
  }

  get state(): DeviceState {
    return this.#status.state;
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#status.onState(listener);
  }

  onNumber(listener: (number: CardNumber, arrivedMonotonicMs: number) => void): () => void {
    return this.#numbers.add(listener);
  }

  onKeys(listener: (keys: string, arrivedMonotonicMs: number) => void): () => void {
    return this.#keys.add(listener);
  }

  start(): void {
    this.#line.hold(this);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stopListening) stop();
    await this.#line.letGo(this);
    this.#status.set({ status: 'stopped' });
  }

  async show(sign: ReaderSign): Promise<Result<void, Fault>> {
    const orders = this.#ordersOf(sign);
    const answers = await Promise.all(orders.map((order) => this.#reader.send(order)));
    const failed = answers.find((answer) => !answer.ok);
    return failed && !failed.ok ? err(failed.error) : ok(undefined);
  }

  /** What the reader has no part for is not sent. */
  #ordersOf({ outcome, words, quiet }: ReaderSign): OsdpCommand[] {
    const { status } = this.#reader;
    if (status.name !== 'online') return [commands.text(0, words, shownForSeconds)]; // fails with why it is down
    const { lights, sound, text } = status.abilities;
    const { colour, onSteps, offSteps, sound: beeps } = looks[outcome];
    const blink = { onSteps, offSteps, onColour: colour, offColour: colours.off };
    return [
      ...(lights
        ? [commands.light({ reader: 0, light: 0, temporary: { ...blink, forSteps: shownForSteps } })]
        : []),
      ...(sound && !quiet ? [commands.sound(0, beeps.onSteps, beeps.offSteps, beeps.count)] : []),
      ...(text ? [commands.text(0, words, shownForSeconds)] : []),
    ];
  }

  #told(event: ReaderEvent, arrivedMs: number): void {
    if (event.type === 'read') {
      this.#log.info('number read', { bitCount: event.bitCount });
      this.#numbers.notify({ bitCount: event.bitCount, bits: event.bits }, arrivedMs);
    } else if (event.type === 'keys') {
      this.#keys.notify(event.keys, arrivedMs);
    }
  }
}
