import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { type Clock, delay } from '@portillon/core/base/clock.ts';

const socketPath = '/run/pcscd/pcscd.comm';
const vpcdDriver = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const startLimitMs = 5_000;
const probeEveryMs = 20;

/**
 * Ends pcscd when the pipe from our process ends, so that even a killed club leaves no daemon behind. pcscd runs as a
 * child of the shell and is ended by its own number; when it ends by itself the shell ends too.
 */
const supervised = `
exec 3<&0
pcscd --foreground </dev/null >/dev/null &
daemon=$!
(cat <&3 >/dev/null; kill $daemon 2>/dev/null) &
exec 3<&-
wait $daemon
`;

/**
 * The smart-card daemon that the virtual readers hang on. One a machine: a running one is used and left alone; otherwise
 * it is started, and the one that was started is stopped.
 */
export class Pcscd {
  readonly #clock: Clock;
  #shell: ChildProcessWithoutNullStreams | undefined;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** Resolves when a daemon answers. Rejects with what to do when there is none and none can be started. */
  async ensure(): Promise<void> {
    if (!existsSync(vpcdDriver))
      throw new Error('the virtual reader is missing; install vsmartcard-vpcd and pcscd');
    if (await isAnswering()) return;
    if (process.getuid?.() !== 0)
      throw new Error('pcscd does not run; start it with: sudo systemctl start pcscd');
    const shell = spawn('sh', ['-c', supervised], { stdio: 'pipe' });
    this.#shell = shell;
    let said = '';
    shell.stderr.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-400);
    });
    shell.stdin.on('error', () => undefined); // it has ended: `exited` tells
    shell.once('exit', () => {
      if (this.#shell === shell) this.#shell = undefined;
    });
    const deadlineMs = this.#clock.monotonicMs() + startLimitMs;
    while (!(await isAnswering())) {
      if (shell.exitCode !== null) throw new Error(`pcscd ended at once: ${said}`);
      if (this.#clock.monotonicMs() > deadlineMs) throw new Error(`pcscd did not come up: ${said}`);
      await delay(this.#clock, probeEveryMs);
    }
  }

  /** Ends the daemon that `ensure` started, if it did. Safe to repeat. */
  async stop(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    if (!shell || shell.exitCode !== null) return;
    const exited = once(shell, 'exit');
    shell.stdin.end();
    await exited;
  }
}

function isAnswering(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
