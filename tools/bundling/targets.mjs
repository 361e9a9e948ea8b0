// @ts-check
/**
 * @typedef {object} ProgramTarget
 * @property {'program'} kind
 * @property {string} name what `npm run` and the progress lines call it
 * @property {string} entry
 * @property {string} output
 * @property {'esm' | 'cjs'} format
 * @property {'left-out' | 'bundled'} packages whether packages of others stay in node_modules or go into the file
 */
/**
 * @typedef {object} PageTarget
 * @property {'page'} kind
 * @property {string} name
 * @property {string} root folder with the page's index.html
 * @property {string} output
 */
/** @typedef {ProgramTarget | PageTarget} Target */

/**
 * @param {string} name
 * @param {string} entry
 * @returns {ProgramTarget}
 */
const nodeProgram = (name, entry) => ({
  kind: 'program',
  name,
  entry,
  output: `build/${name}.mjs`,
  format: 'esm',
  packages: 'left-out',
});

/**
 * A script of Electron. Its preload runs in a sandbox that can load nothing, so packages go into the file.
 * @param {string} name
 * @param {string} entry
 * @returns {ProgramTarget}
 */
const electronScript = (name, entry) => ({
  kind: 'program',
  name: `electron-${name}`,
  entry,
  output: `build/electron/${name}.cjs`,
  format: 'cjs',
  packages: 'bundled',
});

/**
 * @param {string} name
 * @param {string} root
 * @returns {PageTarget}
 */
const page = (name, root) => ({ kind: 'page', name: `${name} page`, root, output: `build/${name}` });

/** Everything that is built, and where it goes. @type {readonly Target[]} */
export const targets = [
  nodeProgram('edge', 'kiosk/edge/edge-program.ts'),
  nodeProgram('adapter-check', 'sync-service/adapters/check/adapter-check-program.ts'),
  nodeProgram('journal', 'kiosk/edge/journal-program.ts'),
  nodeProgram('readers', 'kiosk/edge/readers-program.ts'),
  nodeProgram('keys', 'tools/keys/keys-program.ts'),
  nodeProgram('sync-service', 'sync-service/serve.ts'),
  nodeProgram('base', 'sync-service/commands/base-program.ts'),
  nodeProgram('sims', 'hardware-sims/club-program.ts'),
  nodeProgram('pcsc-process', 'drivers/transport/pcsc/pcsc-process.ts'),
  nodeProgram('main-job', 'tools/main-job/main-job.ts'),
  nodeProgram('sale-matrix', 'tools/sale-matrix/sale-matrix.ts'),
  nodeProgram('bench', 'bench/bench.ts'),
  nodeProgram('clubs', 'bench/clubs/clubs.ts'),
  nodeProgram('clubs-hall', 'bench/clubs/hall-program.ts'),
  nodeProgram('gate-day', 'tools/gate-day/gate-day.ts'),
  nodeProgram('gate-day-edge', 'tools/gate-day/day-edge-program.ts'),
  nodeProgram('gate-day-base', 'tools/gate-day/day-base-program.ts'),
  electronScript('main', 'kiosk/main/main.ts'),
  electronScript('preload', 'kiosk/preload/preload.ts'),
  page('kiosk', 'kiosk/renderer'),
  page('gate-screen', 'kiosk/gate-screen'),
  page('staff', 'sync-service/staff'),
  page('pass', 'sync-service/pass'),
  page('panel', 'hardware-sims/panel/web'),
];

/** Names that `npm run edge` and its like may start. */
export const programNames = [
  'adapter-check',
  'edge',
  'journal',
  'readers',
  'keys',
  'sync-service',
  'base',
  'sims',
  'main-job',
  'sale-matrix',
  'bench',
  'gate-day',
  'clubs',
];
