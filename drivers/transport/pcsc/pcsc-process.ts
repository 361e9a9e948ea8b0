import { connect, type Socket } from 'node:net';
import { type Fault, type FaultCode, fault } from '@portillon/core/base/fault-codes.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { NFC, type Reader } from 'nfc-pcsc';
import type { FromPcscProcess, ToPcscProcess } from './pcsc-messages.ts';
import { pcscdSocketPath } from './pcsc-port.ts';

/*
 * The program that talks to PC/SC, a process of its own. nfc-pcsc spins for ever in the calling thread when it is made
 * while no pcscd runs, and an instance is dead after pcscd restarted. So: the daemon's socket is probed before the library
 * is touched, the probe stays open to notice the daemon's end, one process serves one life of the daemon, and the parent
 * replaces it, also when it falls silent.
 */

/** The variable is libpcsclite's own: library and probe speak to the same daemon. */
const socketPath = process.env.PCSCLITE_CSOCK_NAME ?? pcscdSocketPath;
const aliveEveryMs = 1_000;
const probeEveryMs = 500;
/** The library names the readers it finds at once, and says nothing when there are none. */
const readersNamedWithinMs = 300;
/** Longest answer taken, status word included: a short APDU has 258 bytes. */
const longestAnswer = 4_096;

/** A card whose first exchange fails while it stays in the field is connected anew, so often. */
const reconnectLimit = 3;

interface LaidCard {
  readonly cardId: number;
  readonly reader: Reader;
  /** How often the reader has seen a card come or go, as pcscd counts. */
  readonly eventCount: number;
  /** How often it was connected anew since it last answered. */
  reconnects: number;
  /** Declares it gone; announces what lies there now, if anything, as a new card. */
  readonly renew: () => Promise<void>;
}

const cards = new Map<number, LaidCard>();
let lastCardId = 0;

function send(message: FromPcscProcess): void {
  // A parent that has just gone is told by 'disconnect', not by the failed message.
  if (process.connected) process.send?.(message, () => undefined);
}

function stayAlive(): void {
  send({ type: 'alive' });
  systemClock.setTimer(aliveEveryMs, stayAlive);
}

/** The parent starts another one. The library's threads end with the process; closing it would only emit errors. */
function endWith(reason: Fault): void {
  process.send?.({ type: 'service-down', fault: reason } satisfies FromPcscProcess, () => process.exit(1));
}

function waitForService(reported = false): void {
  if (process.platform !== 'linux') {
    serve();
    return;
  }
  const probe: Socket = connect(socketPath);
  probe.once('connect', () => {
    probe.removeAllListeners('error');
    probe.once('error', () => undefined); // 'close' follows and is what counts
    probe.once('close', () => endWith(fault('reader.service-down', 'pcscd has ended')));
    probe.resume();
    serve();
  });
  probe.once('error', (error: NodeJS.ErrnoException) => {
    if (!reported) {
      send({
        type: 'service-down',
        fault: fault('reader.service-down', `${socketPath}: ${error.code ?? error.message}`),
      });
    }
    systemClock.setTimer(probeEveryMs, () => waitForService(true));
  });
}

function serve(): void {
  const nfc = new NFC();
  nfc.on('error', (error) => endWith(fault('reader.service-down', error.message)));
  nfc.on('reader', follow);
  systemClock.setTimer(readersNamedWithinMs, () => send({ type: 'service-up' }));
}

function follow(reader: Reader): void {
  reader.autoProcessing = false;
  let eventCount = 0;
  let laid: LaidCard | undefined;

  const lay = (atr: Buffer | undefined, reconnects: number): void => {
    const renew = async (): Promise<void> => {
      if (laid?.cardId !== card.cardId) return;
      lift();
      if (card.reconnects < reconnectLimit && (await reconnected(reader))) lay(atr, card.reconnects + 1);
    };
    const card: LaidCard = { cardId: ++lastCardId, reader, eventCount, reconnects, renew };
    laid = card;
    cards.set(card.cardId, card);
    send({ type: 'card', reader: reader.name, cardId: card.cardId, atr: atr?.toString('hex') ?? '' });
  };
  const lift = (): void => {
    if (!laid) return;
    cards.delete(laid.cardId);
    send({ type: 'card-gone', reader: reader.name, cardId: laid.cardId });
    laid = undefined;
  };

  reader.reader.on('status', ({ state }) => {
    eventCount = state >>> 16;
    const present = (state & reader.reader.SCARD_STATE_PRESENT) !== 0;
    // One card followed another so fast that the library saw no empty reader in between.
    if (present && laid && laid.eventCount !== eventCount) void laid.renew();
  });
  reader.on('card', ({ atr }) => lay(atr, 0));
  reader.on('card.off', lift);
  reader.on('error', (error) => endWith(fault('reader.service-down', error.message)));
  reader.on('end', () => {
    lift();
    send({ type: 'reader-gone', reader: reader.name });
  });
  send({ type: 'reader', reader: reader.name });
}

async function reconnected(reader: Reader): Promise<boolean> {
  try {
    await reader.disconnect();
    await reader.connect();
    return true;
  } catch {
    return false; // nothing lies there any more; the next card has its own event
  }
}

async function transmit({ requestId, cardId, apdu }: ToPcscProcess): Promise<void> {
  const card = cards.get(cardId);
  if (!card) {
    send({ type: 'failed', requestId, fault: fault('card.gone', 'the card has left the field') });
    return;
  }
  try {
    const answer = await card.reader.transmit(Buffer.from(apdu, 'hex'), longestAnswer);
    // ISO 7816-4 5.1: an answer has two bytes at the least. Readers give none when the card moved away meanwhile.
    if (answer.length < 2) throw new Error(`${cutShort}: ${answer.length} bytes`);
    card.reconnects = 0;
    send({ type: 'answer', requestId, apdu: answer.toString('hex') });
  } catch (error) {
    send({ type: 'failed', requestId, fault: transmitFault(error) });
    await card.renew();
  }
}

const cutShort = 'answer without a status word';

/** Codes of winscard.h and pcsclite.h. A contactless exchange that broke off is a card that moved away. */
const transmitFaults: Readonly<Record<string, FaultCode>> = {
  '8010000c': 'card.gone', // SCARD_E_NO_SMARTCARD
  '80100013': 'card.gone', // SCARD_F_COMM_ERROR, seen with vpcd; a pcscd that is gone says so too, and our probe as well
  '80100016': 'card.gone', // SCARD_E_NOT_TRANSACTED
  '8010001d': 'reader.service-down', // SCARD_E_NO_SERVICE
  '8010001e': 'reader.service-down', // SCARD_E_SERVICE_STOPPED
  '80100066': 'card.no-answer', // SCARD_W_UNRESPONSIVE_CARD
  '80100067': 'card.gone', // SCARD_W_UNPOWERED_CARD
  '80100068': 'card.gone', // SCARD_W_RESET_CARD
  '80100069': 'card.gone', // SCARD_W_REMOVED_CARD
};

/** nfc-pcsc wraps pcsclite's sentence, which ends with the code: "SCardTransmit error: Card was removed.(0x80100069)". */
function transmitFault(error: unknown): Fault {
  const { code, message, previous } = error as Error & { readonly code?: string; readonly previous?: Error };
  if (code === 'card_not_connected' || message.startsWith(cutShort)) return fault('card.gone', message);
  const sentence = previous?.message ?? message;
  const number = /0x([0-9a-f]{8})/i.exec(sentence)?.[1]?.toLowerCase() ?? '';
  return fault(transmitFaults[number] ?? 'reader.failed', sentence);
}

process.on('message', (message: ToPcscProcess) => void transmit(message));
process.on('disconnect', () => process.exit(0)); // the parent has ended or wants us to
stayAlive();
waitForService();
