import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, withTimeLimit } from '@portillon/core/base/clock.ts';

const vpcdDriver = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const startLimitMs = 10_000;

/**
 * Opens the daemon's socket where we want it and hands it over as systemd would (file descriptor 3, LISTEN_FDS): the only
 * way to have a pcscd beside the machine's own. Perl because a shell has no sockets and every Debian has it.
 */
const openSocketAndRun = `
use Socket; use POSIX ();
my ($path, @command) = @ARGV;
socket(my $listener, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
bind($listener, pack_sockaddr_un($path)) or die "bind: $!";
listen($listener, 64) or die "listen: $!";
$^F = 3;
POSIX::dup2(fileno($listener), 3) or die "dup2: $!";
open(my $three, "+<&=", 3) or die "fd 3: $!";
fcntl($three, 2, 0) or die "fcntl: $!";
@ENV{"LISTEN_FDS", "LISTEN_PID"} = (1, $$);
exec @command or die "$command[0]: $!";
`;

/** Ends the daemon when the pipe from our process ends, so that even a killed club leaves no daemon and no folder. */
const endWithParent = `
exec 3<&0
perl -e "$RUN" "$FOLDER/pcscd.comm" pcscd --foreground --info --config "$FOLDER/readers" </dev/null 3<&- &
daemon=$!
(cat <&3 >/dev/null; kill $daemon 2>/dev/null) >/dev/null 2>&1 &
exec 3<&-
wait $daemon
rm -rf "$FOLDER"
`;

/**
 * A smart-card daemon of our own with one virtual reader, "Virtual PCD 00 00": Debian's pcscd on a socket in a temporary
 * folder. It needs no root, leaves the machine's pcscd and its USB readers alone, and any number may run side by side.
 * Programs reach it when PCSCLITE_CSOCK_NAME is `socketPath`.
 */
export class PrivatePcscd {
  readonly #clock: Clock;
  #shell: ChildProcessWithoutNullStreams | undefined;
  #folder: string | undefined;
  #port = 0;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** Where the daemon listens; the same before and after a restart. */
  get socketPath(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'portillon-pcscd-'));
    return join(this.#folder, 'pcscd.comm');
  }

  /** Where the virtual reader waits for a card, on 127.0.0.1. */
  get readerPort(): number {
    return this.#port;
  }

  get isRunning(): boolean {
    return this.#shell !== undefined;
  }

  /** Resolves when the daemon is ready. Rejects with what to install when it cannot start. */
  async start(): Promise<void> {
    if (this.#shell) return;
    if (!existsSync(vpcdDriver))
      throw new Error('the virtual reader is missing; install pcscd and vsmartcard-vpcd');
    const folder = join(this.socketPath, '..');
    this.#port = await freePortPair();
    const readers = join(folder, 'readers');
    mkdirSync(readers, { recursive: true, mode: 0o700 });
    const port = `0x${this.#port.toString(16)}`;
    writeFileSync(
      join(readers, 'vpcd'),
      `FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:${port}\nLIBPATH ${vpcdDriver}\nCHANNELID ${port}\n`,
    );
    rmSync(this.socketPath, { force: true });
    const shell = spawn('sh', ['-c', endWithParent], {
      stdio: 'pipe',
      // PCSCLITE_HP_DROPDIR: a folder without USB drivers, so that metal readers stay with the machine's own daemon.
      env: {
        ...process.env,
        // Debian keeps pcscd in /usr/sbin, which is not in the path of ordinary users.
        PATH: `${process.env.PATH ?? ''}:/usr/sbin`,
        RUN: openSocketAndRun,
        FOLDER: folder,
        PCSCLITE_HP_DROPDIR: readers,
      },
    });
    this.#shell = shell;
    shell.stdin.on('error', () => undefined); // the daemon has ended; `exit` tells
    shell.once('exit', () => {
      shell.stdin.destroy(); // lets the watcher inside the shell go, too
      if (this.#shell === shell) this.#shell = undefined;
    });
    const outcome = await withTimeLimit(this.#clock, startLimitMs, daemonReady(shell));
    if (outcome === 'ready') return;
    await this.stop();
    throw new Error(`pcscd did not start: ${outcome}`);
  }

  /** Ends the daemon. Safe to repeat. It may be started again, on the same socket. */
  async stop(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    if (shell && shell.exitCode === null) {
      const exited = once(shell, 'exit');
      shell.stdin.end();
      await exited;
    }
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** pcscd says so after the readers of its configuration are there. */
function daemonReady(shell: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const listen = (text: Buffer) => {
      said = (said + text.toString()).slice(-4_000);
      if (said.includes('daemon ready')) resolve('ready');
    };
    shell.stdout.on('data', listen);
    shell.stderr.on('data', listen);
    shell.once('exit', () => resolve(said.slice(-400)));
  });
}

/**
 * vpcd always opens two slots, on a port and the one after it. By lot, and below the ports that systems give to outgoing
 * connections: one of those would be taken before pcscd has it.
 */
async function freePortPair(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = randomInt(10_000, 32_000);
    if ((await isFree(first)) && (await isFree(first + 1))) return first;
  }
  throw new Error('no two neighbouring free ports for the virtual reader');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
