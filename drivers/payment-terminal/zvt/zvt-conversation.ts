import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { DeviceAbout } from '../../device.ts';
import type { Apdu } from './apdu.ts';
import type { ApduLine } from './apdu-line.ts';
import { offlineMode, tellsWhy } from './zvt-codes.ts';
import { decodeMessage, type ZvtMessage, type ZvtStatus, zvtAnswers } from './zvt-messages.ts';

/** How a command came to its end. */
export type ZvtEnding =
  /** 06 0F. `terminalStatus` is its last byte. */
  | { readonly kind: 'completed'; readonly terminalStatus: number | null; readonly told: ZvtTold }
  /** 06 1E: ended without success. */
  | { readonly kind: 'aborted'; readonly code: number; readonly told: ZvtTold }
  /** 84 xx: not begun. */
  | { readonly kind: 'refused'; readonly code: number }
  /** No end that can be believed; the connection is of no use any more. `hadBegun`: the terminal had said `80 00`. */
  | { readonly kind: 'lost'; readonly fault: Fault; readonly hadBegun: boolean };

/** What the terminal told on the way. */
export interface ZvtTold {
  /** The last status information. */
  readonly status: ZvtStatus | null;
  /** The last intermediate status that says why it went wrong. */
  readonly why: number | null;
}

export interface ZvtConversationOptions {
  readonly line: ApduLine;
  readonly clock: Clock;
  /** T3: command to its answer. */
  readonly commandLimitMs: number;
  /** T4: from each sign of life to the next. */
  readonly answerLimitMs: number;
  /** From our `not yet` until it asks again. */
  readonly askAgainLimitMs: number;
  /** The terminal has begun: from here on 06 B0 may stop it. */
  readonly onBegun?: () => void;
  readonly onIntermediate?: (code: number) => void;
  /** What the terminal says it is, with a registration or a result. */
  readonly onAbout?: (about: DeviceAbout) => void;
  /** What to answer to a status information; null when `arrived` was aborted, for the terminal went on by itself. Done unless said. */
  readonly answerTo?: (status: ZvtStatus, arrived: AbortSignal) => Promise<Apdu | null>;
}

/**
 * One command to its end. The terminal leads from its `80 00` on, and we answer everything it says:
 *
 *   command ──▶
 *           ◀── 80 00 | 84 xx            within T3
 *           ◀── 04 FF … ──▶ 80 00        what it shows; restarts T4, or sets it
 *           ◀── 04 0F   ──▶ answerTo     the result; may come again and again
 *           ◀── 06 0F | 06 1E ──▶ 80 00
 */
export async function converse(options: ZvtConversationOptions, command: Apdu): Promise<ZvtEnding> {
  const { line } = options;
  const lost = (reason: Fault, hadBegun: boolean): ZvtEnding => ({
    kind: 'lost',
    fault: terminalFault(reason),
    hadBegun,
  });
  line.forgetWaiting();
  const sent = await line.send(command);
  if (!sent.ok) return lost(sent.error, false);
  const begun = await takeAnswer(options);
  if (begun.kind !== 'accepted') return begun.kind === 'refused' ? begun : lost(begun.fault, false);
  options.onBegun?.();
  let limitMs = options.answerLimitMs;
  let isAskingAgain = false;
  let told: ZvtTold = { status: null, why: null };
  let showedOffline = false;
  for (;;) {
    const heard = await hear(line, isAskingAgain ? options.askAgainLimitMs : limitMs);
    if ('fault' in heard) return lost(heard.fault, true);
    const message = heard.message;
    let answer: Apdu | null = zvtAnswers.done;
    switch (message.kind) {
      case 'intermediate':
        options.onIntermediate?.(message.code);
        showedOffline ||= message.code === offlineMode;
        if (tellsWhy(message.code)) told = { ...told, why: message.code };
        if (message.limitMinutes) limitMs = message.limitMinutes * 60_000;
        break;
      case 'status': {
        // The flag of the result counts; what was shown on the way says something where there is none (rule ZV16).
        const offline = message.status.offline ?? (showedOffline ? true : null);
        const status = { ...message.status, offline };
        told = { ...told, status };
        options.onAbout?.(aboutOf(status));
        answer = await answerWhileWatching(options, status);
        break;
      }
      case 'unknown':
        answer = zvtAnswers.unknown;
        break;
      case 'accepted':
      case 'refused':
        answer = null; // to our 06 B0; the end of the command tells whether it helped
        break;
    }
    isAskingAgain = answer === zvtAnswers.notYet;
    if (answer) {
      const answered = await line.send(answer);
      // What ended the command counts, whether or not the terminal hears that we know.
      if (!answered.ok && !isEnd(message)) return lost(answered.error, true);
    }
    if (message.kind === 'completion') {
      options.onAbout?.(aboutOf({ terminalId: message.terminalId, contract: null }));
      return { kind: 'completed', terminalStatus: message.terminalStatus, told };
    }
    if (message.kind === 'aborted') return { kind: 'aborted', code: message.code, told };
  }
}

function aboutOf({ terminalId, contract }: Pick<ZvtStatus, 'terminalId' | 'contract'>): DeviceAbout {
  return { ...(terminalId ? { terminalId } : {}), ...(contract ? { contract } : {}) };
}

type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'silent'; readonly fault: Fault };

/**
 * The answer to our command. What else arrives belongs to a conversation that we do not know any more, of a program that
 * was here before: a sale in it that nobody will complete is let go (rule ZV4).
 */
async function takeAnswer(options: ZvtConversationOptions): Promise<Answer> {
  const { line, clock, commandLimitMs } = options;
  const endMs = clock.monotonicMs() + commandLimitMs;
  for (;;) {
    const heard = await hear(line, Math.max(0, endMs - clock.monotonicMs()));
    if ('fault' in heard) return { kind: 'silent', fault: heard.fault };
    const { message } = heard;
    if (message.kind === 'accepted' || message.kind === 'refused') return message;
    const answer = message.kind === 'status' && message.status.resultCode === 0 ? 'notIssued' : 'done';
    const answered = await line.send(zvtAnswers[answer]);
    if (!answered.ok) return { kind: 'silent', fault: answered.error };
  }
}

async function answerWhileWatching(
  { line, answerTo }: ZvtConversationOptions,
  status: ZvtStatus,
): Promise<Apdu | null> {
  if (!answerTo) return zvtAnswers.done;
  const arrived = new AbortController();
  const stopWatching = line.onArrival(() => arrived.abort());
  const answer = await answerTo(status, arrived.signal);
  stopWatching();
  return answer;
}

async function hear(
  line: ApduLine,
  limitMs: number,
): Promise<{ readonly message: ZvtMessage } | { readonly fault: Fault }> {
  const heard = await line.next(limitMs);
  if (!heard.ok) return { fault: heard.error };
  const message = decodeMessage(heard.value);
  return message.ok ? { message: message.value } : { fault: fault('terminal.bad-answer', message.error) };
}

function isEnd(message: ZvtMessage): boolean {
  return message.kind === 'completion' || message.kind === 'aborted';
}

/** The faults of a line in the words of a terminal. */
function terminalFault(reason: Fault): Fault {
  if (reason.code === 'line.no-answer') return fault('terminal.no-answer', reason.detail);
  return reason.code === 'line.garbled' ? fault('terminal.bad-answer', reason.detail) : reason;
}
