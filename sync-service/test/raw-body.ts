import { connect } from 'node:net';
import { delay } from '@portillon/core/base/clock.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';

export interface RawBodyAnswer {
  /** All that came back, head and body. */
  readonly text: string;
  readonly sentBytes: number;
}

/** Sends a body piece by piece over a plain connection, until the other side hangs up. */
export function sendPieces(
  base: string,
  head: readonly string[],
  piece: Uint8Array,
  how: { readonly count: number; readonly pauseMs?: number; readonly chunked: boolean },
): Promise<RawBodyAnswer> {
  const { hostname, port } = new URL(base);
  const { count, pauseMs = 0, chunked } = how;
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    let sentBytes = 0;
    let closed = false;
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString();
    });
    // A connection that is reset is closed too.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      closed = true;
      resolve({ text, sentBytes });
    });
    const write = (bytes: Uint8Array | string) =>
      new Promise<void>((written) => {
        if (closed) return written();
        const done = () => {
          socket.off('close', done);
          written();
        };
        socket.once('close', done);
        socket.write(bytes, done);
      });
    const framed = chunked
      ? Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
      : piece;
    const send = async () => {
      await write(`${[...head, `Host: ${hostname}`].join('\r\n')}\r\n\r\n`);
      for (let sent = 0; sent < count && !closed; sent++) {
        await write(framed);
        if (!closed) sentBytes += piece.length;
        // What came back is looked at between any two.
        await delay(systemClock, pauseMs);
      }
    };
    socket.on('connect', () => void send());
  });
}
