import { readdirSync, readFileSync } from 'node:fs';
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';
import { describe, expect, it } from 'vitest';
import { readCommand } from './escpos-commands.ts';
import { codesOf, linesOf, Paper } from './paper.ts';
import { RealTimeFilter } from './real-time-commands.ts';

/**
 * The decoder read against bytes of an encoder that neither our driver nor its library has a part in:
 * `@point-of-sale/receipt-printer-encoder`, for an Epson printer.
 */
type Encoder = InstanceType<typeof ReceiptPrinterEncoder>;

function paperOf(columns: number, write: (encoder: Encoder) => Encoder, imageMode?: 'raster'): Paper {
  const encoder = new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns,
    codepageMapping: 'epson',
    codepageCandidates: ['cp437', 'cp850', 'windows1252', 'cp852', 'cp858'],
    feedBeforeCut: 4,
    ...(imageMode ? { imageMode } : {}),
  });
  const bytes = write(encoder.initialize().codepage('auto')).encode();
  const { rest, commands } = new RealTimeFilter().push(Uint8Array.from(bytes));
  expect(commands).toEqual([]);
  const paper = new Paper(columns, () => '2026-11-23T09:00:00.000Z');
  for (let left = rest; left.length > 0; ) {
    const read = readCommand(left);
    if (!read || read.command.kind === 'unknown') {
      throw new Error(`not understood: ${Buffer.from(left.subarray(0, 8)).toString('hex')}`);
    }
    paper.apply(read.command);
    left = left.subarray(read.length);
  }
  return paper;
}

const written = (paper: Paper) =>
  paper.receipts.flatMap((receipt) =>
    linesOf(receipt)
      .map((line) => line.trimEnd())
      .filter((line) => line !== ''),
  );

describe('the decoder of the simulated printer, on bytes of a foreign encoder', () => {
  it.each([32, 42, 48])('reads accents, the euro sign and a table on %i columns', (columns) => {
    const paper = paperOf(columns, (encoder) =>
      encoder
        .line('Reçu : œuvre, Noël, à bientôt')
        .line('Łódź, señor, coração')
        .table(
          [
            { width: columns - 12, align: 'left' },
            { width: 12, align: 'right' },
          ],
          [['Total TTC', '1 299,00 €']],
        )
        .cut('full'),
    );
    expect(written(paper)).toEqual([
      'Reçu : œuvre, Noël, à bientôt',
      'Łódź, señor, coração',
      `Total TTC${'1 299,00 €'.padStart(columns - 9)}`,
    ]);
    expect(paper.receipts).toHaveLength(1);
    expect(paper.receipts[0]?.cut).toBe(true);
  });

  it('reads bold and large text, and lines of the box characters', () => {
    const paper = paperOf(32, (encoder) =>
      encoder
        .bold(true)
        .size(2, 2)
        .line('DUPLICATA 1')
        .size(1, 1)
        .bold(false)
        .line('plain')
        .rule()
        .cut('partial'),
    );
    const spans = paper.receipts.flatMap(({ rows }) =>
      rows.flatMap((row) => (row.kind === 'text' ? row.spans : [])),
    );
    expect(spans).toContainEqual({
      text: 'DUPLICATA 1',
      style: expect.objectContaining({ bold: true, widthFactor: 2, heightFactor: 2 }),
    });
    expect(spans).toContainEqual({
      text: 'plain',
      style: expect.objectContaining({ bold: false, widthFactor: 1, heightFactor: 1 }),
    });
    expect(written(paper).at(-1)).toBe('─'.repeat(32));
  });

  it('reads a QR code with its size and correction', () => {
    const data = 'https://example.com/passe?t=1';
    const paper = paperOf(48, (encoder) =>
      encoder.align('center').qrcode(data, { model: 2, size: 5, errorlevel: 'm' }).cut('full'),
    );
    const [receipt] = paper.receipts;
    expect(receipt && codesOf(receipt)).toEqual([data]);
    expect(receipt?.rows).toContainEqual({
      kind: 'qr',
      align: 'centre',
      data,
      moduleDots: 5,
      correction: 'M',
    });
  });

  it('reads a picture dot for dot', () => {
    const image = { width: 16, height: 8, data: new Uint8ClampedArray(16 * 8 * 4).fill(255) };
    for (let y = 0; y < 8; y++) {
      for (const x of [y, 15]) image.data.fill(0, (y * 16 + x) * 4, (y * 16 + x) * 4 + 3);
    }
    const paper = paperOf(
      48,
      (encoder) => encoder.align('center').image(image, 16, 8, 'threshold').cut('full'),
      'raster',
    );
    const picture = paper.receipts[0]?.rows.find((row) => row.kind === 'picture');
    expect(picture).toMatchObject({ align: 'centre', widthDots: 16, heightDots: 8 });
    expect(picture?.kind === 'picture' && Buffer.from(picture.bits).toString('hex')).toBe(
      '80014001200110010801040102010101',
    );
  });
});

it('the decoder shares no code with our encoder: it imports neither the driver nor its library', () => {
  const folder = new URL('.', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  expect(sources).toContain('escpos-commands.ts');
  for (const name of sources) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    expect(text, name).not.toMatch(
      /from '(@portillon\/drivers|node-thermal-printer|.*receipt-printer-encoder)/,
    );
  }
});
