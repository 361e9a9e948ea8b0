import jsQR from 'jsqr';
import { expect, it } from 'vitest';
import type { PaperReceipt } from './paper.ts';
import { paperSvg } from './paper-svg.ts';

const plain = { bold: false, underlined: false, inverse: false, widthFactor: 1, heightFactor: 1 };

function receiptOf(rows: PaperReceipt['rows']): PaperReceipt {
  return { index: 0, rows, cut: true, startedAt: '2026-11-23T09:00:00.000Z' };
}

/** Paints the squares and bars of the drawing, as a screen would. */
function paint(svg: string): {
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
} {
  const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number);
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const [, x, y, across, down] of svg.matchAll(/M(\d+) (\d+)h(\d+)v(\d+)h-\d+z/g)) {
    for (let row = Number(y); row < Number(y) + Number(down); row++) {
      for (let column = Number(x); column < Number(x) + Number(across); column++) {
        pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
      }
    }
  }
  return { pixels, width, height };
}

it('draws a code that a scanner reads', () => {
  const data = `PT1:${'Aa0-_'.repeat(30)}`;
  const row = { kind: 'qr', align: 'centre', data, moduleDots: 6, correction: 'M' } as const;
  const { pixels, width, height } = paint(paperSvg(receiptOf([row]), 48));
  expect(jsQR(pixels, width, height)?.data).toBe(data);
});

it.each([32, 48])(
  'draws the code of a guest ticket so that a scanner reads it off paper of %i columns',
  (columns) => {
    const data = `PT1:${'aB3_'.repeat(81)}`;
    const row = {
      kind: 'qr',
      align: 'centre',
      data,
      moduleDots: columns === 32 ? 4 : 6,
      correction: 'M',
    } as const;
    const { pixels, width, height } = paint(paperSvg(receiptOf([row]), columns));
    expect(jsQR(pixels, width, height)?.data).toBe(data);
  },
);

it('draws a picture in the middle, dot for dot', () => {
  const bits = Uint8Array.of(0b1100_0001, 0b0000_0000, 0b0000_1111, 0b1000_0000);
  const row = { kind: 'picture', align: 'centre', widthDots: 16, heightDots: 2, bits } as const;
  const { pixels, width } = paint(paperSvg(receiptOf([row]), 48));
  const left = 24 + (48 * 12 - 16) / 2;
  const black = (x: number, y: number) => pixels[((24 + y) * width + left + x) * 4] === 0;
  const drawn = [0, 1].map((y) => Array.from({ length: 16 }, (_, x) => (black(x, y) ? '1' : '0')).join(''));
  expect(drawn).toEqual(['1100000100000000', '0000111110000000']);
});

it('draws text at its place and size, and lets no text become markup', () => {
  const svg = paperSvg(
    receiptOf([
      { kind: 'text', align: 'right', spans: [{ text: '<b>&"', style: plain }] },
      {
        kind: 'text',
        align: 'centre',
        spans: [{ text: 'AB', style: { ...plain, bold: true, widthFactor: 2, heightFactor: 2 } }],
      },
    ]),
    48,
  );
  expect(svg).toContain('>&lt;b&gt;&amp;&quot;</text>');
  expect(svg).toContain(`translate(${24 + (48 - 5) * 12} 24) scale(1 1)`);
  expect(svg).toContain(`translate(${24 + ((48 - 4) / 2) * 12} 54) scale(2 2)`);
  expect(svg).toMatch(/font-weight="700"[^>]*>AB</);
});
