import { readCommand } from '@portillon/hardware-sims/printer/escpos/escpos-commands.ts';
import { codesOf, linesOf, Paper, type PaperReceipt } from '@portillon/hardware-sims/printer/escpos/paper.ts';
import { RealTimeFilter } from '@portillon/hardware-sims/printer/escpos/real-time-commands.ts';
import { create as createQr } from 'qrcode';
import { expect, it } from 'vitest';
import { drawPicture } from '../monochrome-picture.ts';
import type { PrintBlock } from '../printer.ts';
import { encodeReceipt } from './encode-receipt.ts';

/** What a printer that has never heard of the encoding library makes of the bytes. */
function onPaper(blocks: readonly PrintBlock[], columns = 48): PaperReceipt {
  const { text, cut } = encodeReceipt(blocks, columns);
  const { rest, commands } = new RealTimeFilter().push(Uint8Array.of(...text, ...cut));
  expect(commands).toEqual([]); // nothing in a receipt may pass for a real-time command
  const paper = new Paper(columns, () => '2026-11-23T09:00:00.000Z');
  for (let bytes = rest; bytes.length > 0; ) {
    const read = readCommand(bytes);
    if (!read || read.command.kind === 'unknown') throw new Error('bytes that no printer understands');
    paper.apply(read.command);
    bytes = bytes.subarray(read.length);
  }
  expect(paper.receipts).toHaveLength(1);
  const [receipt] = paper.receipts;
  if (!receipt) throw new Error('no receipt');
  expect(receipt.cut).toBe(true);
  return receipt;
}

/** Without the blank paper before the cutter. */
function printed(blocks: readonly PrintBlock[], columns?: number): string[] {
  return linesOf(onPaper(blocks, columns)).join('\n').trimEnd().split('\n');
}

it.each([
  'Reçu n° 12 : « à bientôt », œuvre, Noël, 39,90 €',
  'Año, mañana, ¿qué tal?, Barça',
  'Condições, coração, à noite',
  'Zażółć gęślą jaźń, Łódź',
])('prints %s as it is written', (text) => {
  expect(printed([{ kind: 'text', text }])).toEqual([text]);
});

it('prints the narrow and the hard blank of French prices as blanks, and decomposed accents as one letter', () => {
  expect(printed([{ kind: 'text', text: '1\u202f299,00\u00a0\u20ac e\u0301te\u0301' }])).toEqual([
    '1 299,00 € été',
  ]);
});

it('prints no control character, so that no text is a command', () => {
  expect(printed([{ kind: 'text', text: 'a\u001b@b\u0010\u0004\u0001c\u009bd' }])).toEqual(['a@bcd']);
});

it('prints a question mark for what no receipt printer has', () => {
  expect(printed([{ kind: 'text', text: 'Zoë 健 🎉 ṩ' }])).toEqual(['Zoë ? ? s']);
});

it('folds at blanks, large text at half the width, and cuts words longer than a line', () => {
  expect(printed([{ kind: 'text', text: 'Conservez ce reçu pour toute réclamation' }], 20)).toEqual([
    'Conservez ce reçu',
    'pour toute',
    'réclamation',
  ]);
  expect(printed([{ kind: 'text', text: 'Cadence Lyon', large: true }], 20)).toEqual(['Cadence', 'Lyon']);
  expect(printed([{ kind: 'text', text: 'abcdefghijkl' }], 10)).toEqual(['abcdefghij', 'kl']);
});

it('never folds a price, wherever it stands in a sentence', () => {
  const text = 'Aujourd’hui vous payez 1\u202f299,00\u00a0€.';
  expect(printed([{ kind: 'text', text }], 32)).toEqual(['Aujourd’hui vous payez', '1 299,00 €.']);
});

it('puts left and right on one line, or the right one below', () => {
  expect(printed([{ kind: 'pair', left: 'Total', right: '39,90 €' }], 20)).toEqual(['Total        39,90 €']);
  expect(printed([{ kind: 'pair', left: 'Abonnement mensuel', right: '39,90 €' }], 20)).toEqual([
    'Abonnement',
    'mensuel      39,90 €',
  ]);
});

it('keeps style, alignment, rules and blank lines apart', () => {
  const receipt = onPaper([
    { kind: 'text', text: 'CADENCE', bold: true, large: true, align: 'centre' },
    { kind: 'space', lines: 1 },
    { kind: 'rule' },
    { kind: 'text', text: 'merci', align: 'right' },
    { kind: 'text', text: 'plain' },
  ]);
  const [title, blank, rule, thanks, plain] = receipt.rows;
  expect(title).toMatchObject({
    align: 'centre',
    spans: [{ text: 'CADENCE', style: { bold: true, widthFactor: 2, heightFactor: 2 } }],
  });
  expect(blank).toMatchObject({ spans: [] });
  expect(rule).toMatchObject({ spans: [{ text: '-'.repeat(48) }] });
  expect(thanks).toMatchObject({ align: 'right', spans: [{ style: { bold: false, widthFactor: 1 } }] });
  expect(plain).toMatchObject({ align: 'left' });
});

it('prints a code with its data, and refuses one that the printer would garble', () => {
  const data = `https://portillon.example/${'Aa0-_'.repeat(50)}`;
  expect(codesOf(onPaper([{ kind: 'qr', data }]))).toEqual([data]);
  expect(() => encodeReceipt([{ kind: 'qr', data: 'é' }], 48)).toThrow('ASCII');
  expect(() => encodeReceipt([{ kind: 'qr', data: 'x'.repeat(712) }], 48)).toThrow('at most');
});

it.each([
  [32, 384],
  [42, 504],
  [48, 576],
])('prints a code of any length with its quiet zone inside the paper of %i columns', (columns, dots) => {
  for (const length of [1, 150, 151, 331, 504, 666, 711]) {
    const row = onPaper([{ kind: 'qr', data: 'x'.repeat(length) }], columns).rows.find(
      (each) => each.kind === 'qr',
    );
    if (row?.kind !== 'qr') throw new Error('no code');
    const modules = createQr([{ data: Buffer.from(row.data), mode: 'byte' }], {
      errorCorrectionLevel: row.correction,
    });
    expect((modules.modules.size + 8) * row.moduleDots).toBeLessThanOrEqual(dots);
    expect(row.moduleDots).toBeGreaterThanOrEqual(3);
  }
});

it('prints a logo in the middle, dot for dot', () => {
  const picture = drawPicture(20, 3, (x, y) => x === y * 9);
  const [row] = onPaper([{ kind: 'logo', picture }], 32).rows;
  expect(row).toMatchObject({ kind: 'picture', align: 'centre', widthDots: 24, heightDots: 3 });
  expect(row?.kind === 'picture' && Buffer.from(row.bits).toString('hex')).toBe('800000004000000020');
});

it('refuses a logo with dots that a printer would take for a real-time command', () => {
  const bits = Uint8Array.of(0x10, 0x04, 0x01);
  const logo: PrintBlock = { kind: 'logo', picture: { widthDots: 24, heightDots: 1, bits } };
  expect(() => encodeReceipt([logo], 48)).toThrow('real-time command');
});

it('sets a table in columns, or as pairs on a roll too narrow for it', () => {
  const table: PrintBlock = {
    kind: 'table',
    head: ['Taux', 'HT', 'TVA', 'TTC'],
    rows: [['20 %', '1\u202f082,50\u00a0€', '216,50\u00a0€', '1\u202f299,00\u00a0€']],
  };
  expect(printed([table], 48)).toEqual([
    expect.stringMatching(/^Taux +HT +TVA +TTC$/),
    expect.stringMatching(/^20 % +1 082,50 € +216,50 € +1 299,00 €$/),
  ]);
  expect(printed([table], 32)).toEqual([
    'Taux 20 %',
    '  HT                  1 082,50 €',
    '  TVA                   216,50 €',
    '  TTC                 1 299,00 €',
  ]);
});
