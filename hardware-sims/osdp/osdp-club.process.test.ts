import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { runReadersCommand } from '@portillon/kiosk/edge/readers-desk/readers-command.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { VirtualClub } from '../club.ts';
import { edgeConfigOf } from '../club-edge-config.ts';
import { readClubFile } from '../club-file.ts';
import { withBoard } from '../gate/gate-in-club-file.ts';
import { deviceIn, lyonFile, newClub, newStateFolder, removeStateFolder, until } from '../test/test-club.ts';

const lyon = readClubFile(lyonFile);
const file = { ...lyon, gates: lyon.gates.map((gate) => withBoard(gate, 'osdp')) };

let stateFolder: string;
let club: VirtualClub;
let opened: VirtualClub | undefined;

beforeEach(() => {
  stateFolder = newStateFolder();
});

afterEach(async () => {
  await opened?.stop();
  opened = undefined;
  removeStateFolder(stateFolder);
});

async function open(): Promise<void> {
  club = newClub(stateFolder, file);
  opened = club;
  await club.start();
}

/** What the operator's command says of the readers of this club. */
async function readers(...options: string[]): Promise<{ readonly code: number; readonly said: string }> {
  const config = join(stateFolder, 'edge.json');
  const written = edgeConfigOf(club, {
    stateFolder: join(stateFolder, 'edge'),
    enrolmentCode: '',
    bridgePort: 0,
    gateScreenPort: 0,
  });
  writeFileSync(config, JSON.stringify(written));
  const said: string[] = [];
  const hear = (text: string) => said.push(text);
  const code = await runReadersCommand(['--config', config, ...options], {
    clock: systemClock,
    log: silentLog,
    say: hear,
    tell: hear,
  });
  return { code, said: said.join('\n') };
}

it('opens with readers fresh from their box, which keep the keys that they are given, over a restart too', async () => {
  await open();
  expect(deviceIn(club.view(), 'gate-1-board')).toMatchObject({ installationMode: true, arm: 'locked' });
  expect((await readers()).code).toBe(1);
  expect(await readers('--install-new')).toMatchObject({ code: 0 });
  expect(deviceIn(club.view(), 'gate-1-board')).toMatchObject({ installationMode: false });
  await club.stop();
  await open();
  const again = await readers();
  expect(again.said).toMatch(
    /gate-1\.board {2}unit 0 {2}secure.*\n.*gate-1\.badge-reader {2}unit 1 {2}secure/,
  );
  expect(again.code).toBe(0);
});

it('holds a badge that has a number only before the reader for such badges, any other card before the other', async () => {
  await open();
  const badge = club.view().cards.find(({ kind }) => kind === 'uid-badge');
  const card = club.view().cards.find(({ kind }) => kind === 'foreign-desfire');
  await club.world.tap({ cardId: badge?.cardId ?? '', holdMs: 10 });
  expect(deviceIn(club.view(), 'gate-1-reader').card).toBeNull();
  const held = club.world.tap({ cardId: card?.cardId ?? '', holdMs: 400 });
  await until(club, (view) => deviceIn(view, 'gate-1-reader').card === card?.cardId);
  await held;
});

it('goes back to a relay board, without a badge reader', () => {
  const [gate] = file.gates;
  if (!gate) throw new Error('the club has no gate');
  const back = withBoard(gate, 'modbus');
  expect(back.board).toMatchObject({ model: 'modbus-board', pulseMs: gate.board.pulseMs });
  expect(back.badgeReader).toBeUndefined();
  expect(withBoard(back, 'modbus')).toBe(back);
});
