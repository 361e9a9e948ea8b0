import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { systemSeal } from '@portillon/sync-service/secrets/system-seal.ts';
import { Edge } from './edge.ts';
import { type EdgeConfig, readEdgeConfig } from './edge-config.ts';
import { edgeSoftware } from './edge-software.ts';

/**
 * The edge as a program: `edge --config FILE [--ready-file FILE] [--follow-parent]`. Ends with 0 when asked to, with 1 and
 * one sentence when it cannot start, with 70 after a bug, so that the service manager starts it again.
 */
const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    'ready-file': { type: 'string' },
    'follow-parent': { type: 'boolean', default: false },
  },
});

const log = systemLog('edge');

function giveUp(sentence: string): never {
  log.error('edge.cannot-start', { detail: sentence });
  process.exit(1);
}

if (!values.config) giveUp('say which configuration file to use: edge --config FILE');
const config = await readEdgeConfig(values.config);
if (!config.ok) giveUp(config.error.detail);

// A broken promise of our own: stop at once, so that the restart begins from what is durable.
process.on('uncaughtException', (error) => bug(error));
process.on('unhandledRejection', (reason) => bug(reason));
function bug(reason: unknown): never {
  log.error('edge.bug', {
    detail: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason),
  });
  process.exit(70);
}

const screenFolder = fileURLToPath(new URL('./kiosk', import.meta.url));
const gateScreenFolder = fileURLToPath(new URL('./gate-screen', import.meta.url));
const started = await Edge.start({
  config: config.value,
  screenFolder: existsSync(screenFolder) ? screenFolder : null,
  gateScreenFolder: existsSync(gateScreenFolder) ? gateScreenFolder : null,
  software: `portillon-edge ${edgeSoftware.version}`,
  fiscalSoftware: edgeSoftware,
  seal: (folder) => systemSeal(process.env, folder),
  clock: systemClock,
  random: systemRandom,
  log,
}).catch((error: NodeJS.ErrnoException) =>
  giveUp(
    error.code === 'EADDRINUSE'
      ? takenPort(config.value, (error as NodeJS.ErrnoException & { port?: number }).port)
      : error.message,
  ),
);
if (!started.ok) giveUp(`${started.error.code}: ${started.error.detail}`);
const edge = started.value;

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  edge.stop().then(
    () => process.exit(0),
    (error: unknown) => bug(error),
  );
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (values['follow-parent']) process.stdin.on('end', stop).on('error', stop).resume();

const readyFile = values['ready-file'];
if (readyFile) {
  await rm(readyFile, { force: true });
  await writeFile(
    `${readyFile}.new`,
    JSON.stringify({ url: edge.url, gateScreens: edge.gateScreens, pid: process.pid }),
    { mode: 0o600 },
  );
  await rename(`${readyFile}.new`, readyFile);
}

function takenPort(settings: EdgeConfig, port: number | undefined): string {
  const { bridge, gateScreens, peers } = settings;
  const places = [
    { at: bridge.port, what: 'of the bridge', where: 'bridge.port' },
    { at: gateScreens?.port, what: 'of the screens at the gates', where: 'gateScreens.port' },
    { at: peers?.port, what: 'for the other boxes of the club', where: 'peers.port' },
  ] as const;
  const { what, where } = places.find(({ at }) => at === port) ?? places[0];
  return `port ${port ?? '?'} ${what} is taken: choose another in ${where}, or end the program that holds it`;
}
