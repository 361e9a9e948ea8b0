import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readClubFile } from './club-file.ts';
import { lyonFile } from './test/test-club.ts';

const folder = mkdtempSync(join(tmpdir(), 'club-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = readClubFile(lyonFile);

function complaintAbout(content: string): string {
  const path = join(folder, 'club.json');
  writeFileSync(path, content);
  try {
    readClubFile(path);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no complaint';
}

it('reads the club that everything is shown with', () => {
  expect(good).toMatchObject({ name: 'Lyon Part-Dieu', brand: 'cadence', edgeName: 'kiosk-1' });
  expect(good.gates.map((gate) => gate.id)).toEqual(['gate-1']);
});

it('reads a club that hands out no cards', () => {
  const madrid = readClubFile(join(import.meta.dirname, 'clubs', 'madrid.json'));
  expect(madrid.sale).toMatchObject({ credential: 'pass' });
  expect([madrid.dispenser, madrid.kioskReader, madrid.gates[0]?.reader]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('names the line that is wrong', () => {
  const board = { ...good.gates[0]?.board, unit: 300 };
  expect(complaintAbout(JSON.stringify({ ...good, gates: [{ ...good.gates[0], board }] }))).toContain(
    'gates.0.board.unit',
  );
  expect(complaintAbout(JSON.stringify({ ...good, dispensr: {} }))).toContain('dispensr');
});

it('refuses two gates of the same id', () => {
  expect(complaintAbout(JSON.stringify({ ...good, gates: [good.gates[0], good.gates[0]] }))).toContain(
    'two gates have the same id',
  );
});

it('says so when the file is no JSON, or not there', () => {
  expect(complaintAbout('{')).toContain('cannot be read');
  expect(() => readClubFile(join(folder, 'nowhere.json'))).toThrow('ENOENT');
});
