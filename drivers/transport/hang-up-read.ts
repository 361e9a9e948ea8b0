import { read } from 'node:fs';
import { promisify } from 'node:util';

const readAsync = promisify(read);

/** What serialport's Linux and macOS ports are underneath, as far as reading goes. */
interface PolledPort {
  readonly fd: number | null;
  readonly poller: {
    once(event: 'readable', callback: (error: Error | null) => void): unknown;
  };
  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }>;
}

/**
 * Repairs the reading of an opened serialport: a read of 0 bytes means that the line has hung up.
 *
 * `@serialport/bindings-cpp` 13.0.0 reads again for ever when `read` gives 0 bytes (dist/unix-read.js). Lines are opened
 * with VMIN 1 and O_NONBLOCK, so an idle one says EAGAIN and 0 bytes come only from a terminal that was hung up: a cable
 * pulled right after data had been read cost a whole core, and neither `close` nor `error` was ever emitted. Windows
 * reads another way and is left as it is.
 */
export function hangUpOnEmptyRead(port: unknown): void {
  if (!isPolled(port)) return;
  port.read = (buffer, offset, length) => readOrHangUp(port, buffer, offset, length);
}

async function readOrHangUp(
  port: PolledPort,
  buffer: Buffer,
  offset: number,
  length: number,
): Promise<{ buffer: Buffer; bytesRead: number }> {
  for (;;) {
    if (port.fd === null) throw canceled();
    const bytesRead = await readAsync(port.fd, buffer, offset, length, null).then(
      (done) => done.bytesRead,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK' || error.code === 'EINTR')
          return 'not yet' as const;
        throw error;
      },
    );
    if (bytesRead === 0) throw new Error('hung up');
    if (bytesRead !== 'not yet') return { buffer, bytesRead };
    if (port.fd === null) throw canceled();
    await new Promise<void>((resolve, reject) => {
      port.poller.once('readable', (error) => (error ? reject(error) : resolve()));
    });
  }
}

function isPolled(port: unknown): port is PolledPort {
  return typeof port === 'object' && port !== null && 'poller' in port && 'fd' in port;
}

/** How serialport's stream knows that a read ended because we closed. */
function canceled(): Error {
  return Object.assign(new Error('Port is not open'), { canceled: true });
}
