// @ts-check
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const socketPath = '/run/pcscd/pcscd.comm';
const startLimitMs = 5_000;
const restartMs = 500;

/**
 * The smart-card service (pcscd), which the card readers are reached through. One runs for the whole machine. Where the
 * system does not run it (no service manager, as in a container) and we may, we do, for as long as the club is open.
 * Should we be killed, it ends by itself when nobody has used it for a minute.
 */
export class SmartCardService {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /**
   * Resolves with null when the service answers, or with what to do so that it does.
   * @returns {Promise<string | null>}
   */
  async start() {
    if (await answers()) return null;
    if (!existsSync('/usr/sbin/pcscd')) return 'install the package pcscd';
    if (process.getuid?.() !== 0) return 'sudo systemctl start pcscd.socket';
    return this.#run();
  }

  /** @returns {Promise<string | null>} */
  async #run() {
    const child = spawn('/usr/sbin/pcscd', ['--foreground', '--critical', '--auto-exit'], {
      stdio: 'ignore',
      detached: true,
    });
    child.on('error', () => undefined); // told by the probe below
    this.#child = child;
    const limit = performance.now() + startLimitMs;
    while (performance.now() < limit) {
      if (await answers()) {
        child.once('exit', () => void this.#runAgain());
        return null;
      }
      await sleep(50);
    }
    await this.stop();
    return 'see why /usr/sbin/pcscd --foreground does not start';
  }

  async #runAgain() {
    await sleep(restartMs);
    if (this.#child) await this.#run();
  }

  /** Ends it if we started it. */
  async stop() {
    const child = this.#child;
    this.#child = undefined;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}

/** @returns {Promise<boolean>} */
function answers() {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
