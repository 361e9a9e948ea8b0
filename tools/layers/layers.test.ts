import { describe, expect, it } from 'vitest';
import { brokenImports, strayTimeAndChance } from './import-rules.mjs';
import { layers } from './layer-map.mjs';
import { importsOf } from './source-text.mjs';
import { literalTemporaryPaths, machineBoundWords, untidyNames } from './tidiness.mjs';

const file = (path: string, ...lines: string[]) => ({ path, text: lines.join('\n') });

describe('imports of a source', () => {
  it('are read from every form, and not from comments or from text', () => {
    const source = [
      "import { a, type B } from './a.ts';",
      'import {',
      '  type C,',
      '  type D,',
      "} from './types.ts';",
      "import './effect.css';",
      "export * from './again.ts';",
      "// import { no } from './comment.ts';",
      'const words = \'import x from "./text.ts"\';',
      "const later = await import('./later.ts');",
    ].join('\n');
    expect(importsOf(source)).toEqual([
      { specifier: './a.ts', line: 1, typeOnly: false },
      { specifier: './types.ts', line: 2, typeOnly: true },
      { specifier: './effect.css', line: 6, typeOnly: false },
      { specifier: './again.ts', line: 7, typeOnly: false },
      { specifier: './later.ts', line: 10, typeOnly: false },
    ]);
  });
});

describe('the layer map', () => {
  it('puts inner folders before the outer ones that hold them', () => {
    const folders = layers.map(({ folder }) => folder);
    for (const [index, folder] of folders.entries())
      expect(folders.slice(0, index).filter((outer) => folder.startsWith(`${outer}/`))).toEqual([]);
  });

  it.each([
    [
      'core imports a driver',
      file('core/access/rule.ts', "import { x } from '@portillon/drivers/device.ts';"),
    ],
    ['core reads files', file('core/access/rule.ts', "import { readFile } from 'node:fs/promises';")],
    [
      'a driver imports the kiosk',
      file('drivers/gate/gate.ts', "import { x } from '../../kiosk/store/a.ts';"),
    ],
    [
      'a driver imports a sim',
      file('drivers/gate/gate.ts', "import type { X } from '@portillon/hardware-sims/sim.ts';"),
    ],
    [
      'the kiosk imports the base',
      file('kiosk/edge/a.ts', "import { x } from '@portillon/sync-service/http/b.ts';"),
    ],
    [
      'the base imports the kiosk',
      file('sync-service/http/a.ts', "import { x } from '@portillon/kiosk/store/b.ts';"),
    ],
    ['the agent imports the base', file('sync-service/agent/a.ts', "import { x } from '../postgres/b.ts';")],
    ['the screen imports the store', file('kiosk/renderer/a.tsx', "import { x } from '../store/b.ts';")],
    ['a gate names a native module', file('drivers/gate/a.ts', "import { SerialPort } from 'serialport';")],
    ['the base names the database of the edge', file('sync-service/http/a.ts', "import s from 'sqlite3';")],
  ])('says no when %s', (_, source) => {
    expect(brokenImports([source])).not.toEqual([]);
  });

  it('lets the edge host the agent, and tests put everything together', () => {
    expect(
      brokenImports([
        file('kiosk/edge/a.ts', "import { Agent } from '@portillon/sync-service/agent/agent.ts';"),
        file('kiosk/test/a.test.ts', "import { x } from '@portillon/sync-service/http/b.ts';"),
      ]),
    ).toEqual([]);
  });

  it('prints the whole chain by which a sim reaches a transport', () => {
    const problems = brokenImports([
      file('hardware-sims/gate/sim.ts', "import { frame } from '@portillon/drivers/gate/frames.ts';"),
      file('drivers/gate/frames.ts', "import { open } from './open.ts';"),
      file('drivers/gate/open.ts', "import { serial } from '../transport/serial.ts';"),
    ]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(
      'hardware-sims/gate/sim.ts → drivers/gate/frames.ts → drivers/gate/open.ts → drivers/transport/serial.ts',
    );
  });

  it('does not follow imports of types, of which nothing is left at run time', () => {
    expect(
      brokenImports([
        file('hardware-sims/gate/sim.ts', "import { frame } from '@portillon/drivers/gate/frames.ts';"),
        file('drivers/gate/frames.ts', "import type { Transport } from '../transport/transport.ts';"),
      ]),
    ).toEqual([]);
  });
});

describe('time and chance', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'performance.now()',
    'setTimeout(go, 5)',
    'setInterval(go, 5)',
  ])('says no to %s outside its home', (use) => {
    expect(strayTimeAndChance([file('kiosk/edge/a.ts', `const now = ${use};`)])).toHaveLength(1);
    expect(strayTimeAndChance([file('core/base/system-clock.ts', `const now = ${use};`)])).toEqual([]);
  });

  it('leaves a clock that was handed in, a date that was given, and words alone', () => {
    const fine = [
      "const at = new Date('2026-01-01');",
      'clock.setTimer(5, go); // not Date.now()',
      "say('Date.now()');",
    ];
    expect(strayTimeAndChance([file('kiosk/edge/a.ts', ...fine)])).toEqual([]);
  });
});

describe('tidiness', () => {
  it('wants names that say the idea', () => {
    expect(untidyNames(['core/access/access-rule.ts', 'ui/button.test.tsx'])).toEqual([]);
    expect(untidyNames(['core/utils.ts', 'kiosk/deviceManager.ts', 'kiosk/device-manager.ts'])).toHaveLength(
      3,
    );
  });

  it('finds what is true on one machine only', () => {
    const slash = '/';
    expect(machineBoundWords([file('a.md', `see ${slash}root/clone, or ${slash}home/anna`)])).toHaveLength(2);
    expect(literalTemporaryPaths([file('a.ts', `open('${slash}tmp/x')`)])).toHaveLength(1);
  });
});
