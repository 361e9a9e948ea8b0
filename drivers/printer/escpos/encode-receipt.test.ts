import { readCommand } from '@portillon/hardware-sims/printer/escpos/escpos-commands.ts';
import { codesOf, linesOf, Paper, type PaperReceipt } from '@portillon/hardware-sims/printer/escpos/paper.ts';
import { RealTimeFilter } from '@portillon/hardware-sims/printer/escpos/real-time-commands.ts';
import { expect, it } from 'vitest';
import type { PrintBlock } from '../printer.ts';
import { encodeReceipt } from './encode-receipt.ts';

/** What a printer that has never heard of the encoding library makes of the bytes. */
function onPaper(blocks: readonly PrintBlock[], columns = 48): PaperReceipt {
  const { rest, commands } = new RealTimeFilter().push(encodeReceipt(blocks, columns));
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

it('puts left and right on one line, or the right one below', () => {
  expect(printed([{ kind: 'pair', left: 'Total', right: '39,90 €' }], 20)).toEqual(['Total        39,90 €']);
  expect(printed([{ kind: 'pair', left: 'Abonnement mensuel', right: '39,90 €' }], 20)).toEqual([
    'Abonnement mensuel',
    '             39,90 €',
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
  expect(() => encodeReceipt([{ kind: 'qr', data: 'x'.repeat(701) }], 48)).toThrow('at most');
});
