/** The text of a command: what, how, with what. */
export interface CrtCommand {
  /** CM, `30` … `A6`. */
  readonly command: number;
  /** PM. */
  readonly parameter: number;
  readonly data: Uint8Array;
}

export type CrtReply =
  | {
      readonly kind: 'success';
      readonly command: number;
      readonly parameter: number;
      /** st0 st1 st2 as characters: card, stacker, bin. */
      readonly status: string;
      readonly data: Uint8Array;
    }
  | {
      readonly kind: 'failure';
      readonly command: number;
      readonly parameter: number;
      /** e1 e0 as characters, `10`. */
      readonly code: string;
    };

const heads = { command: 0x43, success: 0x50, failure: 0x4e };
/** The table of the CRT-591-M manual prints 45h where its text and every driver say 4Eh; some units send it. */
const printedFailureHead = 0x45;

export function encodeCommand({ command, parameter, data }: CrtCommand): Uint8Array {
  return Uint8Array.of(heads.command, command, parameter, ...data);
}

export function decodeCommand(text: Uint8Array): CrtCommand | undefined {
  const [head, command, parameter] = text;
  if (head !== heads.command || command === undefined || parameter === undefined) return undefined;
  return { command, parameter, data: text.slice(3) };
}

/** `failureHead` as the dialect of the unit says. */
export function encodeReply(reply: CrtReply, failureHead: number = heads.failure): Uint8Array {
  const { command, parameter } = reply;
  if (reply.kind === 'failure') return Uint8Array.of(failureHead, command, parameter, ...ascii(reply.code));
  return Uint8Array.of(heads.success, command, parameter, ...ascii(reply.status), ...reply.data);
}

/** Undefined when the text is no reply. */
export function decodeReply(text: Uint8Array): CrtReply | undefined {
  const [head, command, parameter] = text;
  if (command === undefined || parameter === undefined) return undefined;
  if (head === heads.success && text.length >= 6) {
    const status = String.fromCharCode(...text.subarray(3, 6));
    return { kind: 'success', command, parameter, status, data: text.slice(6) };
  }
  if ((head === heads.failure || head === printedFailureHead) && text.length >= 5) {
    return { kind: 'failure', command, parameter, code: String.fromCharCode(...text.subarray(3, 5)) };
  }
  return undefined;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
