import { createConnection, type Socket } from 'node:net';
import { type Clock, withTimeLimit } from '@portillon/core/base/clock.ts';
import { type DeskAnswer, type DeskRequest, deskAnswerSchema } from './desk-request.ts';

/** A list of thousands of takings is below this; looking at every record of ten years takes minutes. */
const answerBytesMax = 16_000_000;
const answerLimitMs = 600_000;

export type AskedDesk =
  | { readonly kind: 'answered'; readonly answer: DeskAnswer }
  /** Nobody listens there: no edge runs, or it keeps no books. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'failed'; readonly sentence: string };

/** Asks the desk of a running till. Resolves when it has answered, at the latest after ten minutes. */
export async function askDesk(socketPath: string, request: DeskRequest, clock: Clock): Promise<AskedDesk> {
  const socket = createConnection(socketPath);
  try {
    const asked = await withTimeLimit(clock, answerLimitMs, conversation(socket, request));
    return asked === 'timed-out'
      ? {
          kind: 'failed',
          sentence: 'The till has not answered within ten minutes; its log says what it does.',
        }
      : asked;
  } finally {
    socket.destroy();
  }
}

function conversation(socket: Socket, request: DeskRequest): Promise<AskedDesk> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const { code = 'unknown error' } = error;
      resolve(
        code === 'ENOENT' || code === 'ECONNREFUSED'
          ? { kind: 'nobody' }
          : {
              kind: 'failed',
              sentence:
                code === 'EACCES'
                  ? 'The desk of the till is open to its own account only: run this as that account.'
                  : `The line to the till broke (${code}): ask again.`,
            },
      );
    });
    socket.on('data', (bytes) => {
      parts.push(bytes);
      length += bytes.length;
      if (length > answerBytesMax) {
        socket.destroy();
        resolve({ kind: 'failed', sentence: 'The till answered more than can be read: ask for less.' });
      }
    });
    socket.on('close', () => resolve(readAnswer(Buffer.concat(parts).toString('utf8'))));
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

function readAnswer(text: string): AskedDesk {
  const nothing: AskedDesk = {
    kind: 'failed',
    sentence: 'The till ended before it had answered: ask again.',
  };
  if (!text.endsWith('\n')) return nothing;
  try {
    const answer = deskAnswerSchema.safeParse(JSON.parse(text));
    return answer.success ? { kind: 'answered', answer: answer.data } : nothing;
  } catch {
    return nothing;
  }
}
