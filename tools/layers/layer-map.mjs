// @ts-check
/**
 * Who may import whom, as data. `check.mjs` reads it in every test run and prints the chain when it is broken.
 *
 * A file belongs to the first layer whose folder holds it, so inner folders stand before outer ones. Tests may import from
 * anywhere: they put together what the product keeps apart.
 *
 * @typedef {object} Layer
 * @property {string} folder
 * @property {string} why what the rule protects
 * @property {readonly string[]} mayImport folders (of this tree) it may import from, besides itself
 * @property {readonly string[]} [mayNotReach] what must not be reached by any chain of run-time imports: folders, packages,
 *   `node:*` for everything of Node
 */

/** Modules with native parts. */
const native = ['serialport', 'nfc-pcsc', 'node-hid', 'sqlite3'];

/** @type {readonly Layer[]} */
export const layers = [
  {
    folder: 'core',
    why: 'core is pure: no input, no output, nothing of ours but itself',
    mayImport: [],
    mayNotReach: [
      'node:fs',
      'node:fs/promises',
      'node:net',
      'node:http',
      'node:https',
      'node:child_process',
      'node:dgram',
      'node:os',
      'node:worker_threads',
      ...native,
    ],
  },
  {
    folder: 'ui',
    why: 'the look knows formats and React, no program',
    mayImport: ['core'],
    mayNotReach: ['node:*', ...native],
  },
  {
    folder: 'drivers/transport',
    why: 'transports are the only home of native modules that reach devices',
    mayImport: ['core', 'drivers'],
    mayNotReach: ['sqlite3'],
  },
  {
    folder: 'drivers',
    why: 'drivers know devices and transports, never the kiosk or a simulator',
    mayImport: ['core'],
    mayNotReach: ['sqlite3'],
  },
  {
    folder: 'hardware-sims/panel/web',
    why: 'the panel is a page: it knows what the panel server tells, and the look',
    mayImport: ['hardware-sims/panel', 'hardware-sims/sim.ts', 'ui', 'core'],
    mayNotReach: ['node:*', ...native],
  },
  {
    folder: 'hardware-sims',
    why: 'sims share codecs with drivers and nothing else, so that they speak to them over a real line only',
    mayImport: ['core', 'drivers'],
    mayNotReach: ['drivers/transport', 'drivers/line', ...native],
  },
  {
    folder: 'kiosk/bridge',
    why: 'the bridge is a table of messages: both of its ends can load it',
    mayImport: ['core'],
    mayNotReach: ['node:*', ...native],
  },
  {
    folder: 'kiosk/renderer',
    why: 'the screen decides nothing: it knows the bridge and the look',
    mayImport: ['kiosk/bridge', 'ui'],
    mayNotReach: ['node:*', 'electron', ...native],
  },
  {
    folder: 'kiosk/gate-screen',
    why: 'the screen beside a gate decides nothing: it knows what the edge tells everybody, the words, and the look',
    mayImport: ['kiosk/bridge', 'core', 'ui'],
    mayNotReach: ['node:*', 'electron', ...native],
  },
  {
    folder: 'kiosk/store',
    why: 'the store keeps facts for the edge and for the agent it hosts',
    mayImport: ['core', 'sync-service/agent', 'sync-service/secrets'],
    mayNotReach: ['serialport', 'nfc-pcsc', 'node-hid'],
  },
  {
    folder: 'kiosk/edge',
    why: 'only the edge composes',
    mayImport: [
      'core',
      'drivers',
      'kiosk/bridge',
      'kiosk/store',
      'sync-service/agent',
      'sync-service/secrets',
    ],
    mayNotReach: ['electron'],
  },
  {
    folder: 'kiosk/main',
    why: 'Electron attaches to the edge like any screen and never holds it',
    mayImport: ['core', 'kiosk/bridge'],
    mayNotReach: native,
  },
  {
    folder: 'kiosk/preload',
    why: 'the preload hands over nothing but the bridge',
    mayImport: ['kiosk/bridge'],
    mayNotReach: ['node:*', ...native],
  },
  { folder: 'kiosk', why: 'a program of the kiosk lives in one of its folders', mayImport: [] },
  {
    folder: 'sync-service/agent',
    why: 'the agent is hosted by the edge and knows core and its own ports only',
    mayImport: ['core'],
    mayNotReach: native,
  },
  {
    folder: 'sync-service/secrets',
    why: 'base and box keep their secrets in one way, which knows neither of them',
    mayImport: ['core'],
    mayNotReach: native,
  },
  {
    folder: 'sync-service/staff',
    why: 'the staff page knows what the API tells, and the look',
    mayImport: ['core', 'ui', 'sync-service/http'],
    mayNotReach: ['node:*', ...native],
  },
  {
    folder: 'sync-service/pass',
    why: 'the page of the pass runs on a phone, without a network: it knows the codes and the look',
    mayImport: ['core', 'ui'],
    mayNotReach: ['node:*', ...native],
  },
  {
    folder: 'sync-service',
    why: 'the member base never imports the kiosk',
    mayImport: ['core', 'sync-service/secrets'],
    mayNotReach: native,
  },
  {
    folder: 'tools',
    why: 'tools put programs together as a person would',
    mayImport: ['core', 'drivers', 'hardware-sims', 'kiosk', 'sync-service', 'ui'],
  },
  {
    folder: 'bench',
    why: 'benches measure everything',
    mayImport: ['core', 'drivers', 'hardware-sims', 'kiosk', 'sync-service', 'tools', 'ui'],
  },
];

/** Native modules and the only folders in which product code may name them. @type {Readonly<Record<string, string>>} */
export const nativeHomes = {
  serialport: 'drivers/transport',
  '@serialport/bindings-cpp': 'drivers/transport',
  'nfc-pcsc': 'drivers/transport',
  '@pokusew/pcsclite': 'drivers/transport',
  'node-hid': 'drivers/transport',
  sqlite3: 'kiosk/store',
};

/** The only files that may touch real time and real chance; everything else takes a Clock and a Random. */
export const timeAndChanceHomes = [
  'core/base/system-clock.ts',
  'core/base/system-random.ts',
  'ui/browser-clock.ts',
];
