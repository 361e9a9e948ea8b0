import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type CsvRecord, readCsv } from './read-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'portillon-csv-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(bytes: string | Uint8Array, encoding = 'utf-8'): Promise<CsvRecord[]> {
  const path = join(folder, 'file.csv');
  writeFileSync(path, bytes);
  const records: CsvRecord[] = [];
  for await (const record of readCsv(path, { encoding, separator: ';', quote: '"' })) records.push(record);
  return records;
}
const brief = (records: readonly CsvRecord[]) =>
  records.map(({ line, fields }) => [line, fields?.join('|') ?? null]);

it('[MI2] numbers lines as an editor does, also around fields with line feeds and empty lines', async () => {
  const text = 'a;b\r\n1;"x\r\ny;""z"""\r\n\r\n2;z\r\n3;"\n\n"\n4;w';
  expect(brief(await read(text))).toEqual([
    [1, 'a|b'],
    [2, '1|x\ny;"z"'],
    [5, '2|z'],
    [6, '3|\n\n'],
    [9, '4|w'],
  ]);
});

it('[MI2] loses one line to a wrong quote, and none of its neighbours', async () => {
  const text = 'a;b\n1;"q"r\n2;w;more\n3;"open\n4;k\n5;"two\nlines"\n6;k\n';
  const records = await read(text);
  expect(brief(records)).toEqual([
    [1, 'a|b'],
    [2, null],
    [3, '2|w|more'],
    [4, null],
    [5, '4|k'],
    [6, '5|two\nlines'],
    [8, '6|k'],
  ]);
  expect(records[1]?.text).toBe('1;"q"r');
});

it('[MI2] reads over the seams of its pieces, and a forgotten quote amid ten thousand lines costs one', async () => {
  const lines = Array.from({ length: 10_000 }, (_, index) =>
    index === 4_321 ? `${index};"forgotten` : index % 7 === 0 ? `${index};"two\nlines"` : `${index};one`,
  );
  const records = await read(lines.join('\n'));
  expect(records).toHaveLength(10_000);
  expect(records.filter(({ fields }) => fields === null).map(({ text }) => text)).toEqual([
    '4321;"forgotten',
  ]);
  let line = 1;
  for (const [index, record] of records.entries()) {
    expect(record.line).toBe(line);
    line += index !== 4_321 && index % 7 === 0 ? 2 : 1;
  }
});

it('[MI2] Windows-1252, UTF-16, and a byte order mark', async () => {
  const latin = Uint8Array.from([0x80, 0x3b, 0x9c, 0x75, 0x76, 0xe9]);
  expect((await read(latin, 'windows-1252'))[0]?.fields).toEqual(['€', 'œuvé']);
  expect((await read('\ufeffa;é'))[0]?.fields).toEqual(['a', 'é']);
  expect((await read(Buffer.from('\ufeffa;é', 'utf16le'), 'utf-16le'))[0]?.fields).toEqual(['a', 'é']);
  expect((await read(latin))[0]?.fields?.[0]).toContain('\ufffd');
});

it('[MI2] says what is wrong with a file that is none', async () => {
  const form = { encoding: 'utf-8', separator: ';', quote: '"' };
  await expect(readCsv(join(folder, 'none.csv'), form).next()).rejects.toThrow('there is no such file');
  await expect(readCsv(join(folder, 'file.csv'), { ...form, encoding: 'klingon' }).next()).rejects.toThrow(
    'klingon: no known encoding',
  );
  await expect(read(new Uint8Array(1_100_000).fill(65))).rejects.toThrow('a line of over a million');
});
