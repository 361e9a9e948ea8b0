import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readlinkSync, rmSync } from 'node:fs';

/**
 * The device's end of a serial cable: a pseudo-terminal made by `socat`, whose other end a driver opens by `path` like any
 * serial port. Pulling the cable ends socat, so that the driver's port hangs up as a real one does.
 *
 *   driver ── serialport ── slave (path) ═ pty ═ master ── socat ── stdin/stdout ── sim
 */
export class PtyLine {
  readonly path: string;
  #socat: ChildProcessWithoutNullStreams | undefined;
  #heldSlave: number | undefined;
  #listener: (bytes: Uint8Array) => void = () => undefined;

  constructor(path: string) {
    this.path = path;
  }

  get pluggedIn(): boolean {
    return this.#socat !== undefined;
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** Resolves when the port exists. Rejects when socat is missing or the path cannot be made. */
  async plugIn(): Promise<void> {
    if (this.#socat) return;
    const socat = spawn('socat', ['-b', '65536', `PTY,link=${this.path},raw,echo=0,mode=600`, 'STDIO'], {
      stdio: 'pipe',
    });
    let complaint = '';
    socat.stderr.on('data', (text: Buffer) => {
      complaint = (complaint + text.toString()).slice(-400);
    });
    socat.stdin.on('error', () => undefined); // the cable was pulled while we wrote: the driver's end tells the story
    socat.stdout.on('data', (bytes: Buffer) => this.#listener(Uint8Array.from(bytes)));
    const ended = once(socat, 'exit').then(
      () => `socat ended at once: ${complaint}`,
      (error: Error) => `socat cannot be started (${error.message}); install the package socat`,
    );
    for (;;) {
      if (existsSync(this.path)) break;
      const outcome = await Promise.race([
        ended,
        new Promise<null>((resolve) => setImmediate(() => resolve(null))),
      ]);
      if (outcome) throw new Error(outcome);
    }
    // Held open and never read: without it the master reports an error whenever the driver closes its end.
    this.#heldSlave = openSync(readlinkSync(this.path), constants.O_RDWR | constants.O_NOCTTY);
    this.#socat = socat;
  }

  /** Pulls the cable. Resolves when the driver's end has hung up. */
  async unplug(): Promise<void> {
    const socat = this.#socat;
    if (!socat) return;
    this.#socat = undefined;
    const exited = once(socat, 'exit');
    socat.kill('SIGKILL');
    await exited;
    if (this.#heldSlave !== undefined) closeSync(this.#heldSlave);
    this.#heldSlave = undefined;
    rmSync(this.path, { force: true });
  }

  /** Bytes towards the driver. Lost without a word while the cable is out, as on a real line. */
  write(bytes: Uint8Array): void {
    this.#socat?.stdin.write(bytes);
  }
}
