import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../card-channel.ts';
import { desfireCommand, desfireStatus } from './desfire-codes.ts';

/**
 * A frame of a contactless card of this family is 64 bytes with its envelope: what is left for data in one wrapped
 * command. A longer command goes on in AFh frames.
 */
export const longestCommandData = 54;
/** Data bytes of one answer frame, the status word aside. */
export const longestAnswerData = 59;

/** Frames of one command or answer; the longest file of a card of 8 KiB needs fewer. */
const mostFrames = 160;

export interface DesfireAnswer {
  /** Status word of the last frame, 9100h when all went well. */
  readonly status: number;
  /** Data of all frames. */
  readonly data: Uint8Array;
}

/** `90 INS 00 00 [Lc data] 00`, the ISO 7816-4 clothing of a native command. */
export function wrapCommand(command: number, data: Uint8Array): Uint8Array {
  if (data.length === 0) return Uint8Array.of(0x90, command, 0, 0, 0);
  return Uint8Array.of(0x90, command, 0, 0, data.length, ...data, 0);
}

/** Splits an answer APDU into its data and status word; undefined when it is too short to hold one. */
export function unwrapAnswer(apdu: Uint8Array): DesfireAnswer | undefined {
  const high = apdu.at(-2);
  const low = apdu.at(-1);
  if (high === undefined || low === undefined) return undefined;
  return { status: (high << 8) | low, data: apdu.slice(0, -2) };
}

/**
 * Sends one command, in several frames when it is long, and gathers all frames of its answer. Whatever status the card
 * ends with is a value; a fault means that the exchange itself failed.
 */
export async function exchange(
  channel: CardChannel,
  command: number,
  data: Uint8Array,
): Promise<Result<DesfireAnswer, Fault>> {
  let answer = await sendFrame(channel, command, data.subarray(0, longestCommandData));
  for (let sent = longestCommandData; sent < data.length; sent += longestCommandData) {
    if (!answer.ok || answer.value.status !== desfireStatus.moreFrames) return answer;
    const piece = data.subarray(sent, sent + longestCommandData);
    answer = await sendFrame(channel, desfireCommand.additionalFrame, piece);
  }
  const received: number[] = [];
  for (let frames = 0; frames < mostFrames; frames++) {
    if (!answer.ok) return answer;
    received.push(...answer.value.data);
    if (answer.value.status !== desfireStatus.moreFrames) {
      return ok({ status: answer.value.status, data: Uint8Array.from(received) });
    }
    answer = await sendFrame(channel, desfireCommand.additionalFrame, new Uint8Array(0));
  }
  return err(fault('card.refused', `more than ${mostFrames} answer frames`));
}

/** One frame out, one frame in, for commands whose second frame is not a mere continuation (authentication). */
export async function sendFrame(
  channel: CardChannel,
  command: number,
  data: Uint8Array,
): Promise<Result<DesfireAnswer, Fault>> {
  const answered = await channel.transmit(wrapCommand(command, data));
  if (!answered.ok) return answered;
  const answer = unwrapAnswer(answered.value);
  return answer ? ok(answer) : err(fault('card.refused', 'an answer without status word'));
}
