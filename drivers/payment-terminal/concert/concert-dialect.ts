import type { DeviceAbout, DeviceState } from '../../device.ts';
import type { Charge } from '../charge-only-terminal.ts';
import {
  aboutOf,
  badAnswer,
  chargeOutcome,
  encodeRequest,
  identifiedState,
  openTill,
  readAnswer,
  statusOutcome,
  type TlvAnswer,
  type TlvTill,
  tlvActions,
} from '../concert-tlv/tlv-messages.ts';
import type { AuthoriseRequest, PaymentOutcome } from '../payment-terminal.ts';
import { encodeV2Request, v2Outcome, v2Request } from './concert-v2-text.ts';

export const concertDialectNames = ['v3', 'v2'] as const;
export type ConcertDialectName = (typeof concertDialectNames)[number];

/** A text to send, and what an answer to it means. */
export interface ConcertQuestion<Meaning> {
  readonly text: Uint8Array;
  read(answer: Uint8Array): Meaning;
}

/** What the two dialects say inside the same session and the same frames. */
export interface ConcertDialect {
  charge(action: Charge, request: AuthoriseRequest): ConcertQuestion<PaymentOutcome>;
  /** Null where a terminal cannot be asked what became of a payment. */
  readonly status: ((request: AuthoriseRequest) => ConcertQuestion<PaymentOutcome>) | null;
  /** Null where nothing can be asked at rest: that a call is accepted is all there is to know. */
  readonly identification: (() => ConcertQuestion<DeviceState>) | null;
  /** What any answer tells of the terminal itself. */
  about(answer: Uint8Array): DeviceAbout;
}

/** `till` is what the acquirer's contract says; Concert V2 uses its number only. */
export function concertDialect(name: ConcertDialectName, till: TlvTill = openTill): ConcertDialect {
  return name === 'v3' ? concertV3(till) : concertV2(till);
}

function concertV3(till: TlvTill): ConcertDialect {
  return {
    charge: (action, request) => ({
      text: encodeRequest(till, action, request),
      read: answered((answer) => chargeOutcome(till, action, request, answer), inDoubt),
    }),
    status: (request) => ({
      text: encodeRequest(till, 'status', request),
      read: answered((answer) => statusOutcome(till, request, answer), inDoubt),
    }),
    identification: () => ({
      text: encodeRequest(till, 'identification'),
      read: answered<DeviceState>(restState, (detail) => ({
        status: 'faulted',
        fault: badAnswer(detail),
      })),
    }),
    about: answered(aboutOf, () => ({})),
  };
}

/** The late answer to a charge that was given up tells that the terminal is there, not that it is out of order. */
function restState(answer: TlvAnswer): DeviceState {
  return answer.action === null || answer.action === tlvActions.identification
    ? identifiedState(answer)
    : { status: 'ready' };
}

function concertV2(till: TlvTill): ConcertDialect {
  return {
    charge: (action, payment) => {
      const request = v2Request(till.till, action, payment);
      return { text: encodeV2Request(request), read: (answer) => v2Outcome(request, answer) };
    },
    status: null,
    identification: null,
    about: () => ({}),
  };
}

/** The frame says where a text ends: what is not whole by then never will be. */
function answered<Meaning>(
  meaning: (answer: TlvAnswer) => Meaning,
  unreadable: (detail: string) => Meaning,
): (text: Uint8Array) => Meaning {
  return (text) => {
    const read = readAnswer(text);
    if (read.kind === 'whole') return meaning(read.answer);
    return unreadable(
      read.kind === 'malformed' ? read.detail : 'the text ends within a field or holds no AE',
    );
  };
}

function inDoubt(detail: string): PaymentOutcome {
  return { kind: 'in-doubt', fault: badAnswer(detail) };
}
