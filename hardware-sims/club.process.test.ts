import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { VirtualClub } from './club.ts';
import { readClubFile } from './club-file.ts';
import {
  deviceIn,
  dispenseCard,
  lyonFile,
  newClub,
  newStateFolder,
  removeStateFolder,
  SerialHost,
  until,
} from './test/test-club.ts';

let stateFolder: string;
let club: VirtualClub;

beforeEach(() => {
  stateFolder = newStateFolder();
  club = newClub(stateFolder);
});

afterEach(async () => {
  await club.stop();
  vi.unstubAllEnvs();
  removeStateFolder(stateFolder);
});

/** Programs that this process has started and that still run. */
function ownPrograms(): string[] {
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

it('starts every device of its file, tells the progress, and leaves nothing when it stops', async () => {
  const before = ownPrograms();
  const progress: string[] = [];
  await club.start(({ name, done, of }) => progress.push(`${name} ${done}/${of}`));
  expect(club.missing).toEqual([]);
  expect(progress).toHaveLength(8);
  expect(progress.at(-1)).toContain('8/8');
  const { terminal, printer, network, dispenser } = club.addresses;
  const tcp = [printer, network].map(String);
  expect(await Promise.all(tcp.map(answers))).toEqual([true, true]);
  const ports = [terminal, dispenser].map((address) => new URL(String(address)).pathname);
  expect(ports.map((port) => existsSync(port))).toEqual([true, true]);
  expect(ownPrograms().length).toBeGreaterThan(before.length);

  await club.stop();
  await club.stop();
  expect(await Promise.all(tcp.map(answers))).toEqual([false, false]);
  expect(ports.map((port) => existsSync(dirname(port)))).toEqual([false, false]);
  expect(ownPrograms()).toEqual(before);
});

it('hands a card from the stacker to the hand, to the reader and back', async () => {
  await club.start();
  const cardId = await dispenseCard(club);
  expect(deviceIn(club.view(), 'dispenser').stackerCount).toBe(39);
  const placeOf = () => club.view().cards.find((card) => card.cardId === cardId)?.place;
  expect(placeOf()).toEqual({ at: 'hand' });
  const tapping = club.world.tap({ cardId, holdMs: 300 });
  expect(placeOf()).toEqual({ at: 'reader', gateId: 'gate-1' });
  await expect(club.world.tap({ cardId })).rejects.toThrow('lies on a reader already');
  await tapping;
  expect(placeOf()).toEqual({ at: 'hand' });
});

it('lets a card lie on the reader of the kiosk until it is taken away, and nowhere else meanwhile', async () => {
  await club.start();
  const cardId = club.view().cards[0]?.cardId ?? '';
  const placeOf = () => club.view().cards.find((card) => card.cardId === cardId)?.place;
  await club.world.layOnKiosk({ cardId });
  expect(placeOf()).toEqual({ at: 'kiosk-reader' });
  await expect(club.world.tap({ cardId })).rejects.toThrow('lies on a reader already');
  await expect(club.world.layOnKiosk({ cardId })).rejects.toThrow('lies on a reader already');
  await club.world.liftFromKiosk();
  expect(placeOf()).toEqual({ at: 'hand' });
  await club.world.liftFromKiosk();
});

it('has no reader at a kiosk whose file names none', async () => {
  const { kioskReader: _without, ...file } = readClubFile(lyonFile);
  await club.stop();
  club = newClub(stateFolder, file);
  await club.start();
  const cardId = club.view().cards[0]?.cardId ?? '';
  expect(club.view().devices.map(({ name }) => name)).not.toContain('kiosk-reader');
  await expect(club.world.layOnKiosk({ cardId })).rejects.toThrow('no card reader');
});

it('walks a person through as soon as the board releases, and not otherwise', async () => {
  await club.start();
  const [card] = club.view().cards;
  const cardId = card?.cardId ?? '';
  const before = deviceIn(club.view(), 'gate-1-board');
  expect(await club.world.push({ direction: 'entry' })).toMatchObject({ passed: false });
  expect(await club.world.walkThrough({ cardId, holdMs: 10, limitMs: 50 })).toEqual({
    passed: false,
    releasedAfterMs: null,
  });
  expect(deviceIn(club.view(), 'gate-1-board').entries).toBe(before.entries);

  const board = new SerialHost(String(club.addresses['gate-1-board']));
  const walking = club.world.walkThrough({ cardId, holdMs: 10 });
  await until(club, (view) => deviceIn(view, 'gate-1-reader').card === cardId);
  board.release(5_000);
  expect(await walking).toMatchObject({ passed: true, releasedAfterMs: expect.any(Number) });
  expect(deviceIn(club.view(), 'gate-1-board')).toMatchObject({ entries: 1, arm: 'turning' });
  await board.close();
});

it('says in a sentence what cannot be done now, and changes nothing', async () => {
  await club.start();
  const before = club.view().cards;
  await expect(club.world.takeCard()).rejects.toThrow('There is no card at the mouth to take.');
  await expect(club.world.tap({ cardId: '04AABBCCDDEEFF' })).rejects.toThrow(
    'There is no card 04AABBCCDDEEFF.',
  );
  await expect(club.world.scan({ paperIndex: 0 })).rejects.toThrow('There is no paper 0.');
  await expect(club.world.push({ gateId: 'gate-9', direction: 'exit' })).rejects.toThrow('gate-1');
  await expect(club.act('dispensr', 'refill', {})).rejects.toThrow('There are: terminal, dispenser');
  await expect(club.act('dispenser', 'dance', {})).rejects.toThrow('take-card');
  await expect(club.act('gate-1-reader', 'tap', { card: { uid: 1, ats: 2, answer: 3 } })).rejects.toThrow(
    'cardId',
  );
  expect(club.view().cards).toEqual(before);
});

it('lets nobody have a card twice: one that is stuck comes into the hand when it is freed', async () => {
  await club.start();
  await club.act('dispenser', 'fault', { name: 'jam-on-feed', on: true });
  const host = new SerialHost(String(club.addresses.dispenser));
  host.dispense('initStay');
  await until(club, (view) => deviceIn(view, 'dispenser').initialised === true);
  host.dispense('moveToContacts');
  host.dispense('moveToEncoder');
  await until(club, (view) => deviceIn(view, 'dispenser').cardAt === 'jammed');
  await club.act('dispenser', 'clear-jam', {});
  await host.close();
  const inHand = club.view().cards.filter((card) => card.kind === 'club-card');
  expect(inHand.map((card) => card.place.at)).toEqual(['hand']);
  expect(deviceIn(club.view(), 'dispenser')).toMatchObject({ stackerCount: 39, cardAt: 'none' });
});

it('resumes the same club at its second start: cards in the hand with what is written on them', async () => {
  await club.start();
  const cardId = await dispenseCard(club);
  await club.world.scan({ text: 'TICKET-1' });
  const cards = club.view().cards;
  const foreign = cards.find((card) => card.kind === 'foreign-desfire')?.cardId ?? '';
  const written = club.world.memoryOf(foreign);
  expect(written.applications).toHaveLength(1);
  await club.stop();

  club = newClub(stateFolder);
  await club.start();
  expect(club.view().cards).toEqual(cards);
  expect(club.view().cards.map((card) => card.cardId)).toContain(cardId);
  expect(club.world.memoryOf(foreign)).toEqual(written);
  expect(deviceIn(club.view(), 'dispenser').stackerCount).toBe(39);
  expect(club.world.codes).toEqual(['TICKET-1']);
  await club.world.tap({ cardId, holdMs: 0 });
});

it('resumes after it was killed: a card that lay at the encoder lies there again', async () => {
  await club.start();
  const host = new SerialHost(String(club.addresses.dispenser));
  host.dispense('initToFront');
  await until(club, (view) => deviceIn(view, 'dispenser').initialised === true);
  host.dispense('moveToContacts');
  host.dispense('moveToEncoder');
  const staged = await until(club, (view) => deviceIn(view, 'dispenser').cardAt === 'encoder');
  await host.close();
  const statePath = join(stateFolder, 'club-state.json');
  const cardId = deviceIn(staged, 'dispenser').cardUid;
  await vi.waitFor(() => expect(readFileSync(statePath, 'utf8')).toContain('"at":"encoder"'), 20_000);
  const stateWhenKilled = readFileSync(statePath);
  const leftover = dirname(new URL(String(club.addresses.dispenser)).pathname);
  await club.stop();
  writeFileSync(statePath, stateWhenKilled);

  club = newClub(stateFolder);
  await club.start();
  expect(deviceIn(club.view(), 'dispenser')).toMatchObject({ cardAt: 'encoder', cardUid: cardId });
  expect(existsSync(leftover)).toBe(false);
});

it('goes on without what cannot be started, and says what to install', async () => {
  // Everything a start needs, socat aside.
  const programs = join(stateFolder, 'programs');
  mkdirSync(programs, { recursive: true });
  for (const path of ['/bin/sh', '/bin/cat', '/bin/rm', '/usr/bin/perl', '/usr/sbin/pcscd']) {
    symlinkSync(path, join(programs, basename(path)));
  }
  vi.stubEnv('PATH', programs);
  await club.start();
  expect(club.missing.map((missing) => missing.name).sort()).toEqual([
    'dispenser',
    'gate-1-board',
    'gate-1-scanner',
    'terminal',
  ]);
  expect(club.missing[0]).toMatchObject({
    why: expect.stringContaining('socat'),
    command: 'sudo apt-get install socat',
  });
  expect(await answers(String(club.addresses.printer))).toBe(true);
  await expect(club.act('dispenser', 'refill', { count: 1 })).rejects.toThrow('could not be started');
  await expect(club.world.push({ direction: 'exit' })).rejects.toThrow('turnstile of gate-1 is not there');
});

it('does not begin anew over a state that it cannot read', async () => {
  await club.start();
  await club.stop();
  writeFileSync(join(stateFolder, 'club-state.json'), '{"version":7}');
  expect(() => newClub(stateFolder)).toThrow('Delete the file');
});

it('opens with an empty stacker and two gates', async () => {
  const lyon = readClubFile(lyonFile);
  const [gate] = lyon.gates;
  if (!gate) throw new Error('the club of Lyon has a gate');
  await club.stop();
  club = newClub(newStateFolder(), {
    ...lyon,
    dispenser: lyon.dispenser && { ...lyon.dispenser, stack: 0 },
    gates: [gate, { ...gate, id: 'gate-2', name: 'Tourniquet 2' }],
  });
  await club.start();
  expect(club.missing).toEqual([]);
  expect(deviceIn(club.view(), 'dispenser').stackerCount).toBe(0);
  await expect(club.world.push({ direction: 'exit' })).rejects.toThrow('Which gate?');
  expect(await club.world.push({ gateId: 'gate-2', direction: 'exit' })).toMatchObject({ passed: true });
});
