import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { app } from 'electron';
import { readEdgeAddress } from './edge-address.ts';
import { startKiosk } from './start-kiosk.ts';

/**
 * The kiosk's window: `--url http://127.0.0.1:PORT/` or `--edge-ready-file PATH`, `--ready-file PATH`,
 * `--follow-parent`, `--dev`. It never holds the edge: it attaches to it, and may come and go.
 * Chromium's own switches stand among the arguments, so unknown ones are let through.
 */
const { values } = parseArgs({
  args: process.argv.slice(1),
  strict: false,
  options: {
    url: { type: 'string' },
    'edge-ready-file': { type: 'string' },
    'ready-file': { type: 'string' },
    'follow-parent': { type: 'boolean' },
    dev: { type: 'boolean' },
  },
});
const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);
const url = text(values.url);
const edgeReadyFile = text(values['edge-ready-file']);
const readyFile = text(values['ready-file']);
const log = systemLog('window');

startKiosk({
  clock: systemClock,
  log,
  dev: values.dev === true,
  preloadPath: join(__dirname, 'preload.cjs'),
  edgeAddress: () =>
    readEdgeAddress({
      ...(url === undefined ? {} : { url }),
      ...(edgeReadyFile === undefined ? {} : { edgeReadyFile }),
    }),
  onReady() {
    if (readyFile === undefined) return;
    writeFileSync(`${readyFile}.new`, JSON.stringify({ pid: process.pid }), { mode: 0o600 });
    renameSync(`${readyFile}.new`, readyFile);
  },
}).catch((bug: unknown) => {
  log.error('window.cannot-start', { detail: String(bug) });
  app.exit(1);
});

process.on('SIGTERM', () => app.quit());
process.on('SIGINT', () => app.quit());
if (values['follow-parent'] === true) {
  process.stdin
    .on('end', () => app.quit())
    .on('error', () => app.quit())
    .resume();
}
