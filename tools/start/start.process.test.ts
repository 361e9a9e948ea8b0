import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inProject } from '../set-up/project.mjs';

let folder: string;
let state: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portillon start '));
  state = join(folder, 'the state');
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Start {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
  /** Its end, once all that it said has been heard too. */
  readonly heardOut: Promise<number | null>;
}

function start(...options: string[]): Start {
  const child = spawn(
    process.execPath,
    [inProject('tools', 'start.mjs'), '--no-electron', '--state', state, ...options],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
  return {
    child,
    said: () => said,
    ended: once(child, 'exit').then(([code]: (number | null)[]) => code ?? null),
    heardOut: once(child, 'close').then(([code]: (number | null)[]) => code ?? null),
  };
}

/** Resolves with what it tells once everything stands. */
async function open(...options: string[]): Promise<Start> {
  const club = start(...options);
  await expect
    .poll(() => club.said().includes('Stop ') || club.child.exitCode !== null, { timeout: 60_000 })
    .toBe(true);
  expect(club.said()).toContain('The club is open.');
  return club;
}

const told = (club: Start, row: string) => new RegExp(`${row}\\s+(\\S.*)`).exec(club.said())?.[1] ?? '';

/** Every process whose command line names the state folder. */
function processesOf(folderOfState: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return ''; // ended while we looked
      }
    })
    .filter((line) => line.includes(folderOfState));
}

const isOpen = (url: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

it('opens a club, refuses a second start on it, ends without a trace, resumes it, and begins anew when asked', async () => {
  const first = await open();
  const addresses = ['Kiosk screen', 'Staff page', 'Device panel'].map((row) => told(first, row));
  for (const address of addresses) expect((await fetch(address)).status).toBe(200);
  const signIn = told(first, 'user staff, password');
  expect(signIn).not.toBe('');

  const second = start();
  expect(await second.heardOut).toBe(1);
  expect(second.said()).toContain(`already running on ${state} (process ${first.child.pid})`);

  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(processesOf(folder)).toEqual([]);
  for (const address of addresses) expect(await isOpen(address)).toBe(false);

  const resumed = await open();
  expect(told(resumed, 'user staff, password')).toBe(signIn);
  expect(['Kiosk screen', 'Staff page', 'Device panel'].map((row) => told(resumed, row))).toEqual(addresses);

  // Killed rather than asked: what it started ends by itself.
  resumed.child.kill('SIGKILL');
  await resumed.ended;
  await expect.poll(() => processesOf(folder), { timeout: 15_000 }).toEqual([]);

  const fresh = await open('--fresh');
  expect(told(fresh, 'user staff, password')).not.toBe(signIn);
  fresh.child.kill('SIGTERM');
  expect(await fresh.ended).toBe(0);
}, 180_000);

it('says what it does not know and starts nothing', async () => {
  const wrong = start('--frehs');
  expect(await wrong.heardOut).toBe(1);
  expect(wrong.said()).toContain("Unknown option '--frehs'");
  expect(processesOf(folder)).toEqual([]);
});
