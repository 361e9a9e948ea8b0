import { connect, type Socket } from 'node:net';
import { type CancelTimer, delay } from '@portillon/core/base/clock.ts';
import { PendingBytes } from '@portillon/drivers/framing/pending-bytes.ts';
import type { SimCard } from '../../card/sim-card.ts';
import type { SimView } from '../../sim.ts';
import { SimDevice, type SimDeviceOptions } from '../../sim-device.ts';
import { NotPossible } from '../../world/not-possible.ts';
import { PrivatePcscd } from './private-pcscd.ts';
import { atrOf, decodeVpcdRequest, historicalBytes } from './vpcd-frames.ts';

interface LaidCard {
  readonly card: SimCard;
  readonly socket: Socket;
  apdus: number;
  /** The first length byte of the answer to come has gone out already. */
  firstByteSent: boolean;
}

const noticeLimitMs = 5_000;
/**
 * vpcd looks every 0.4 s. A card that comes before it has seen the field empty is taken for the one that was there: nobody
 * is told of it. So the next card waits until it surely has looked; metal readers need some ms.
 */
const fieldEmptyMs = 700;
const ok9000 = [0x90, 0x00];
const notSupported = Uint8Array.of(0x6a, 0x81);

/**
 * A contactless reader on the real PC/SC stack, with a daemon of its own. vpcd is the reader; this is the card in its field: a TCP client
 * that answers while a card lies there. vpcd asks every 0.4 s whether a card is present, so a card laid down is noticed up
 * to that much later; metal readers tell at once.
 *
 *   driver ── nfc-pcsc ── pcscd ── libifdvpcd ═ TCP ═ this ── SimCard
 */
export class VpcdReaderSim extends SimDevice {
  readonly model = 'vpcd';
  readonly #pcscd: PrivatePcscd;
  #started = false;
  #laid: LaidCard | undefined;
  #emptySinceMs = Number.NEGATIVE_INFINITY;
  #cancelHold: CancelTimer = () => undefined;

  constructor(options: SimDeviceOptions) {
    super(
      options,
      [
        {
          name: 'tap',
          words: 'Hold a card against the reader, and take it away after a while',
          args: { card: 'the card itself, as an object', holdMs: 'how long; until lifted unless said' },
        },
        { name: 'lift', words: 'Take the card away' },
      ],
      [
        {
          name: 'cable-pulled',
          words: 'The field is dead: no card is seen. (A virtual reader stays listed; metal disappears.)',
        },
        { name: 'service-down', words: 'The smart-card service has ended' },
        {
          name: 'taken-early',
          words: 'The card is taken away at the second command, before it has answered',
        },
      ],
    );
    this.#pcscd = new PrivatePcscd({ clock: this.clock });
  }

  /** `pcsc://Virtual PCD 00 00?socket=…`: the reader, and the socket of the daemon that knows it. */
  get address(): string {
    return `pcsc://Virtual PCD 00 00?socket=${encodeURIComponent(this.#pcscd.socketPath)}`;
  }

  async start(): Promise<void> {
    await this.#pcscd.start();
    this.#started = true;
  }

  async stop(): Promise<void> {
    this.#started = false;
    await this.lift();
    await this.#pcscd.stop();
  }

  view(): SimView {
    return { card: this.#laid?.card.uid ?? null, faults: this.faultsOn };
  }

  /** Holds a card in the field. Resolves when the reader has noticed it and powered it. */
  async lay(card: SimCard): Promise<void> {
    await delay(this.clock, Math.max(0, this.#emptySinceMs + fieldEmptyMs - this.clock.monotonicMs()));
    if (!this.#started) throw new NotPossible('now', 'The reader has not been started.');
    if (this.#laid) throw new NotPossible('now', 'A card lies on the reader already.');
    if (this.hasFault('cable-pulled')) throw new NotPossible('now', 'The cable of the reader is out.');
    if (!this.#pcscd.isRunning) throw new NotPossible('now', 'The smart-card service does not run.');
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: this.#pcscd.readerPort, noDelay: true });
      const laid: LaidCard = { card, socket, apdus: 0, firstByteSent: false };
      this.#laid = laid;
      const cancel = this.clock.setTimer(noticeLimitMs, () => {
        socket.destroy();
        reject(new Error(`pcscd has not noticed the card in ${noticeLimitMs} ms`));
      });
      this.#answer(laid, () => {
        cancel();
        resolve();
      });
      socket.once('error', (error) => {
        cancel();
        reject(new Error(`the virtual reader cannot be reached: ${error.message}`));
      });
      socket.once('close', () => {
        cancel();
        reject(new NotPossible('now', 'The card was taken away before the reader had noticed it.'));
        if (this.#laid !== laid) return;
        this.#laid = undefined;
        this.#emptySinceMs = this.clock.monotonicMs();
        card.powerOff();
        this.changed();
      });
      this.changed();
    });
  }

  /** Takes the card away. Resolves when the card is out of the field; pcscd notices up to 0.4 s later. */
  async lift(): Promise<void> {
    this.#cancelHold();
    const laid = this.#laid;
    if (!laid) return;
    const closed = new Promise<void>((resolve) => laid.socket.once('close', () => resolve()));
    leave(laid);
    await closed;
  }

  /**
   * vpcd sends the length and the body in two writes; its kernel holds the body back until the length is acknowledged, and
   * ours delays that by 44 ms. So the first byte of the next answer goes out as soon as a length is in, carrying the
   * acknowledgement with it (0.5 ms an APDU). It is 0, because no card here answers more than 255 bytes; an order that has no answer leaves it to
   * the next one.
   */
  #answer(laid: LaidCard, onPowered: () => void): void {
    const pending = new PendingBytes(70_000);
    laid.socket.on('data', (bytes) => {
      pending.push(Uint8Array.from(bytes));
      while (this.#laid === laid && !laid.socket.writableEnded) {
        const [high, low] = [pending.at(0), pending.at(1)];
        if (high === undefined || low === undefined) return;
        if (!laid.firstByteSent) laid.socket.write(Uint8Array.of(0));
        laid.firstByteSent = true;
        if (pending.length < 2 + high * 256 + low) return;
        const answer = this.#obey(pending.take(2 + high * 256 + low).subarray(2), laid, onPowered);
        if (!answer) continue;
        if (answer.length > 0xff) throw new Error('a card answered more than 255 bytes');
        laid.socket.write(Uint8Array.of(answer.length, ...answer));
        laid.firstByteSent = false;
      }
    });
  }

  #obey(body: Uint8Array, laid: LaidCard, onPowered: () => void): Uint8Array | undefined {
    const { card } = laid;
    const request = decodeVpcdRequest(body);
    switch (request?.type) {
      case 'power-on':
        onPowered();
        return undefined;
      case 'power-off':
      case 'reset':
        card.powerOff();
        return undefined;
      case 'atr':
        return atrOf(card.ats);
      case 'apdu':
        return this.#exchange(request.apdu, laid);
      default:
        this.record(body, 'unknown order');
        return undefined;
    }
  }

  #exchange(apdu: Uint8Array, laid: LaidCard): Uint8Array | undefined {
    const forReader = apdu[0] === 0xff;
    this.record(apdu, forReader ? 'command to the reader' : 'command to the card');
    laid.apdus++;
    if (laid.apdus > 1 && this.hasFault('taken-early')) {
      leave(laid);
      return undefined;
    }
    const answer = forReader ? readerAnswer(apdu, laid.card) : laid.card.answer(apdu);
    if (!answer) leave(laid);
    return answer;
  }

  protected async perform(action: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (action === 'lift') return this.lift();
    if (!isSimCard(args.card)) throw new NotPossible('unknown', 'A tap needs a card.');
    await this.lay(args.card);
    if (typeof args.holdMs === 'number') {
      this.#cancelHold = this.clock.setTimer(args.holdMs, () => void this.lift());
    }
    return undefined;
  }

  protected async faultSwitched(name: string, on: boolean): Promise<void> {
    if (on && name !== 'taken-early') await this.lift();
    if (name === 'service-down' && this.#started) await (on ? this.#pcscd.stop() : this.#pcscd.start());
  }
}

/**
 * Out of the field. An answer that was begun is ended, as an empty one: pcscd 1.9.9 dies of a segmentation fault when the
 * connection breaks off between the two bytes of a length.
 */
function leave({ socket, firstByteSent }: LaidCard): void {
  if (firstByteSent && socket.writable) socket.write(Uint8Array.of(0));
  socket.destroySoon();
}

/** Pseudo-APDUs that a reader answers itself: PC/SC part 3, 3.2.2.1.3 Get Data. */
function readerAnswer(apdu: Uint8Array, card: SimCard): Uint8Array {
  if (apdu[1] === 0xca && apdu[2] === 0x00) return Uint8Array.of(...Buffer.from(card.uid, 'hex'), ...ok9000);
  if (apdu[1] === 0xca && apdu[2] === 0x01) return Uint8Array.of(...historicalBytes(card.ats), ...ok9000);
  return notSupported;
}

function isSimCard(value: unknown): value is SimCard {
  return typeof value === 'object' && value !== null && 'uid' in value && 'answer' in value && 'ats' in value;
}
