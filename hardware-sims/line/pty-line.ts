import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readlinkSync, rmSync } from 'node:fs';

/** Unread bytes beyond this are lost, as in the buffer of a real port that no program reads. */
const unreadLimit = 64 * 1024;

/** Told of every byte on the line in the moment in which it passes our end: for those who measure. Must not throw. */
export interface LineWatch {
  /** From the driver, before anybody has looked at it. */
  heard(bytes: Uint8Array): void;
  /** To the driver, just before it is handed to the line. */
  said(bytes: Uint8Array): void;
}

/**
 * The device's end of a serial cable: a pseudo-terminal made by `socat`, whose other end a driver opens by `path` like any
 * serial port. Pulling the cable ends socat, so that the driver's port hangs up as a real one does. socat reads our end of
 * a pipe, so it ends, and takes its link away, when this process dies however it dies.
 *
 *   driver ── serialport ── slave (path) ═ pty ═ master ── socat ── stdin/stdout ── sim
 */
export class PtyLine {
  readonly path: string;
  #socat: ChildProcessWithoutNullStreams | undefined;
  #heldSlave: number | undefined;
  #moving: Promise<void> = Promise.resolve();
  #listener: (bytes: Uint8Array) => void = () => undefined;
  readonly #watch: LineWatch | undefined;

  constructor(path: string, watch?: LineWatch) {
    this.path = path;
    this.#watch = watch;
  }

  get pluggedIn(): boolean {
    return this.#socat !== undefined;
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** Resolves when the port exists. Rejects when socat is missing or the path cannot be made. Safe to repeat. */
  plugIn(): Promise<void> {
    return this.#inTurn(() => this.#plugIn());
  }

  /** Pulls the cable. Resolves when the driver's end has hung up. Safe to repeat. */
  unplug(): Promise<void> {
    return this.#inTurn(() => this.#unplug());
  }

  /** Bytes towards the driver. Lost without a word while the cable is out, as on a real line. */
  write(bytes: Uint8Array): void {
    const stdin = this.#socat?.stdin;
    if (!stdin || stdin.writableLength + bytes.length > unreadLimit) return;
    this.#watch?.said(bytes);
    stdin.write(bytes);
  }

  async #plugIn(): Promise<void> {
    if (this.#socat) return;
    const socat = spawn(
      'socat',
      ['-d', '-d', '-b', '65536', `PTY,link=${escaped(this.path)},raw,echo=0,mode=600`, 'STDIO'],
      { stdio: 'pipe' },
    );
    socat.stdin.on('error', () => undefined); // the cable was pulled while we wrote: the driver's end tells the story
    socat.stdout.on('data', (bytes: Buffer) => {
      this.#watch?.heard(bytes);
      this.#listener(Uint8Array.from(bytes));
    });
    await portMade(socat);
    // Held open and never read: without it the master reports an error whenever the driver closes its end.
    this.#heldSlave = openSync(readlinkSync(this.path), constants.O_RDWR | constants.O_NOCTTY);
    this.#socat = socat;
    socat.once('exit', () => {
      if (this.#socat === socat) this.#hungUp();
    });
  }

  async #unplug(): Promise<void> {
    const socat = this.#socat;
    if (!socat) return;
    const exited = once(socat, 'exit');
    socat.kill('SIGKILL');
    await exited;
  }

  #hungUp(): void {
    this.#socat = undefined;
    if (this.#heldSlave !== undefined) closeSync(this.#heldSlave);
    this.#heldSlave = undefined;
    rmSync(this.path, { force: true });
  }

  #inTurn(move: () => Promise<void>): Promise<void> {
    const moved = this.#moving.then(move);
    this.#moving = moved.catch(() => undefined); // the caller has the failure; the next move starts afresh
    return moved;
  }
}

/** socat's own "starting data transfer loop" comes after the link is made: nothing has to be polled. */
function portMade(socat: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    socat.once('error', (error) =>
      reject(new Error(`socat cannot be started (${error.message}); install the package socat`)),
    );
    socat.once('exit', () => reject(new Error(`socat ended at once: ${said.slice(-400)}`)));
    socat.stderr.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-4_000);
      if (said.includes('starting data transfer loop')) resolve();
    });
  });
}

/** socat's address syntax gives a meaning to these characters. */
function escaped(path: string): string {
  return path.replace(/[\\,:!"'()[\]{}]/g, (character) => `\\${character}`);
}
