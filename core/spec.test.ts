import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Rules and tests are held together by their numbers. */
it.each([
  [
    'access',
    'AC',
    ['../kiosk/edge', '../kiosk/edge/gate', '../kiosk/store', '../kiosk/test', '../sync-service/members'],
  ],
  ['occupancy', 'OC', ['../kiosk/store', '../kiosk/edge']],
  ['sale', 'SA', ['../kiosk/edge/kiosk', '../kiosk/store', '../sync-service/http/staff']],
  ['sale', 'Q', []],
  [
    'journal',
    'FJ',
    [
      'journal/spain',
      '../kiosk/store',
      '../kiosk/test',
      '../kiosk/edge/journal-desk',
      '../sync-service/http/staff',
      '../tools/verify-journal',
    ],
  ],
  [
    'crypto',
    'PS',
    [
      '../kiosk/edge/gate',
      '../kiosk/edge/kiosk',
      '../sync-service/pass',
      '../sync-service/http',
      '../sync-service/test',
    ],
  ],
  [
    '../kiosk/edge/gate-screen',
    'GS',
    ['access', '../kiosk/gate-screen', '../kiosk/edge/gate', '../kiosk/test'],
  ],
  ['../sync-service/adapters', 'AD', ['../sync-service/adapters/check']],
  ['../sync-service/migration', 'MI', ['../sync-service/postgres', '../sync-service/commands']],
  [
    '../sync-service/http/staff',
    'ST',
    ['../sync-service/http/staff/sign-in', '../sync-service/members', '../sync-service/postgres'],
  ],
  ['../sync-service/same-person', 'DU', ['../sync-service/http/staff', '../sync-service/postgres']],
  [
    '../sync-service/privacy',
    'PV',
    [
      '../sync-service/http',
      '../sync-service/http/staff',
      '../sync-service/keys',
      '../sync-service/adapters',
      '../sync-service',
    ],
  ],
  [
    '../sync-service/privacy/kept',
    'RT',
    ['base', '../sync-service/http/staff', '../kiosk/store', '../kiosk/edge'],
  ],
  ['../sync-service/privacy/kept', 'RC', ['../sync-service/http/staff']],
  ['../sync-service/privacy/kept', 'CL', ['../sync-service/http/staff', '../kiosk/renderer']],
  ['../drivers/card/desfire', 'CD', ['../kiosk/edge/gate']],
  ['../drivers/gate', 'GT', ['../kiosk/edge/gate']],
  ['../drivers/osdp', 'OS', ['../hardware-sims/osdp']],
  [
    '../drivers/card-dispenser',
    'DI',
    [
      '../drivers/card-dispenser/crt-591',
      '../drivers/card-dispenser/ttce-k7x0',
      '../kiosk/edge/repair',
      '../kiosk/edge/kiosk',
      '../kiosk/store',
      '../kiosk/test',
    ],
  ],
  [
    '../drivers/scanner',
    'SC',
    ['../drivers/scanner/serial', '../drivers/scanner/hid-pos', '../kiosk/edge', '../kiosk/edge/gate'],
  ],
  ['../sync-service/http/api', 'AP', ['../sync-service/commands']],
])(
  'every numbered rule of core/%s (%s) has a test, and every number in a test is a rule',
  (folder, prefix, elsewhere) => {
    const at = new URL(`./${folder}/`, import.meta.url);
    const spec = readFileSync(new URL('SPEC.md', at), 'utf8');
    const rules = [...spec.matchAll(new RegExp(`^- \\*\\*(${prefix}\\d+)\\*\\* `, 'gm'))].map(
      (match) => match[1],
    );
    // Rising, from 1; parts of a page may begin with a round number.
    const numbers = rules.map((rule) => Number(rule?.slice(prefix.length)));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers[0]).toBe(1);
    expect(rules.length).toBeGreaterThan(0);

    const cited = new Set<string>();
    for (const place of [at, ...elsewhere.map((each) => new URL(`./${each}/`, import.meta.url))]) {
      for (const file of readdirSync(place).filter((name) => /(\.test|-contract)\.ts$/.test(name))) {
        const titles = readFileSync(new URL(file, place), 'utf8').matchAll(
          new RegExp(`\\[(${prefix}\\d+)\\] `, 'g'),
        );
        for (const match of titles) cited.add(match[1] ?? '');
      }
    }
    expect([...cited].sort()).toEqual([...rules].sort());
  },
);
