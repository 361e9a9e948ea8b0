import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PanelClient } from './panel/panel-client.ts';
import { lyonFile, newStateFolder, removeStateFolder } from './test/test-club.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
/** Inside the project, so that the program finds the packages it leaves out. */
const programFolder = mkdtempSync(join(project, 'node_modules', '.club-program-'));
const program = join(programFolder, 'sims.mjs');
const stateFolder = newStateFolder();
const readyFile = join(stateFolder, 'ready.json');
let running: ChildProcess | undefined;

beforeAll(async () => {
  await build({
    entryPoints: [join(project, 'hardware-sims', 'club-program.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [
      {
        name: 'own-packages-only',
        setup(builder) {
          builder.onResolve({ filter: /^@portillon\// }, ({ path }) => ({
            path: join(project, path.slice('@portillon/'.length)),
          }));
          builder.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' ? null : { path, external: true },
          );
        },
      },
    ],
  });
});

afterAll(() => {
  running?.kill('SIGKILL');
  rmSync(programFolder, { recursive: true, force: true });
  removeStateFolder(stateFolder);
});

interface Ready {
  readonly panelUrl: string;
  readonly edgeConfigPath: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly missing: readonly unknown[];
}

function start(...more: string[]): ChildProcess {
  const given = ['--state', stateFolder, '--club', lyonFile, '--panel-port', '0', '--speed', '50'];
  return spawn(process.execPath, [program, ...given, ...more], { stdio: ['pipe', 'ignore', 'pipe'] });
}

async function ready(): Promise<Ready> {
  const folder = dirname(readyFile);
  while (!existsSync(readyFile)) {
    const seen = watch(existsSync(folder) ? folder : dirname(folder));
    if (!existsSync(readyFile)) await once(seen, 'change');
    seen.close();
  }
  return JSON.parse(readFileSync(readyFile, 'utf8')) as Ready;
}

async function complaint(...more: string[]): Promise<string> {
  const failing = start(...more);
  let said = '';
  failing.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const [code] = await once(failing, 'close');
  expect(code).toBe(1);
  return said;
}

it('opens a club, writes what an edge needs to drive it, and leaves nothing when its parent ends', async () => {
  running = start(
    ...['--base-url', 'http://127.0.0.1:9/under', '--enrolment-code', 'CODE-1', '--bridge-port', '0'],
    ...['--ready-file', readyFile, '--follow-parent'],
  );
  const { panelUrl, edgeConfigPath, addresses, missing } = await ready();
  expect(missing).toEqual([]);
  expect(await new PanelClient(panelUrl).club()).toMatchObject({ name: 'Lyon Part-Dieu' });
  expect(statSync(edgeConfigPath).mode & 0o777).toBe(0o600);
  expect(statSync(readyFile).mode & 0o777).toBe(0o600);
  const config = JSON.parse(readFileSync(edgeConfigPath, 'utf8'));
  const cable = new URL(String(addresses.network));
  expect(config).toMatchObject({
    name: 'kiosk-1',
    baseUrl: `http://127.0.0.1:${cable.port}/under`,
    enrolmentCode: 'CODE-1',
    bridge: { port: 0 },
    devices: {
      terminal: { model: 'concert', address: addresses.terminal, dialect: 'v3' },
      gates: [{ id: 'gate-1', reader: { model: 'pcsc', address: addresses['gate-1-reader'] } }],
    },
  });
  expect(config.devices.gates[0].board).not.toHaveProperty('baud');

  const portFolder = dirname(new URL(String(addresses.dispenser)).pathname);
  expect(existsSync(portFolder)).toBe(true);
  running.stdin?.end();
  const [code] = await once(running, 'exit');
  expect(code).toBe(0);
  expect(existsSync(portFolder)).toBe(false);
  await expect(fetch(`${panelUrl}/api/club`)).rejects.toThrow();
});

it('ends at SIGTERM as cleanly', async () => {
  rmSync(readyFile, { force: true });
  running = start('--base-url', 'http://127.0.0.1:9', '--ready-file', readyFile);
  const { addresses } = await ready();
  running.kill('SIGTERM');
  const [code] = await once(running, 'exit');
  expect(code).toBe(0);
  expect(existsSync(dirname(new URL(String(addresses.dispenser)).pathname))).toBe(false);
});

it('says in a sentence which option is wrong', async () => {
  expect(await complaint('--base-url', 'base.example')).toContain('--base-url takes an address');
  expect(await complaint('--base-url', 'http://127.0.0.1:9', '--panel-port', '70000')).toContain(
    '--panel-port takes a number from 0 to 65535',
  );
  expect(await complaint('--base-url', 'http://127.0.0.1:9', '--club', 'nowhere.json')).toContain(
    'The club file nowhere.json cannot be read',
  );
  expect(await complaint()).toContain('--base-url are needed');
});
