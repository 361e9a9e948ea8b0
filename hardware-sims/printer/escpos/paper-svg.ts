import { create as createQr } from 'qrcode';
import type { PaperAlign, PaperReceipt, PaperRow, PaperSpan } from './paper.ts';

const cellWidth = 12;
const rowHeight = 30;
const margin = 24;
const fontSize = 21;

/** The receipt as a person sees it, in printer dots (8 to a millimetre). */
export function paperSvg(receipt: PaperReceipt, columns: number): string {
  const width = columns * cellWidth + 2 * margin;
  const drawn: string[] = [];
  let y = margin;
  for (const row of receipt.rows) {
    const { svg, height } = drawRow(row, y, columns * cellWidth);
    drawn.push(svg);
    y += height;
  }
  const height = y + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<path d="${outline(width, height, receipt.cut)}" fill="#fdfcf8"/>`,
    `<g fill="#1b1b1b" font-family="'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace" font-size="${fontSize}">`,
    ...drawn,
    '</g></svg>',
  ].join('');
}

function drawRow(
  row: PaperRow,
  top: number,
  printWidth: number,
): { readonly svg: string; readonly height: number } {
  switch (row.kind) {
    case 'text': {
      const tallest = Math.max(1, ...row.spans.map((span) => span.style.heightFactor));
      const textWidth = row.spans.reduce((sum, span) => sum + spanWidth(span), 0);
      let x = margin + indent(row.align, printWidth, textWidth);
      const svg = row.spans.map((span) => {
        const drawn = drawSpan(span, x, top + (tallest - 1) * rowHeight);
        x += spanWidth(span);
        return drawn;
      });
      return { svg: svg.join(''), height: tallest * rowHeight };
    }
    case 'qr': {
      const modules = createQr(row.data, { errorCorrectionLevel: row.correction }).modules;
      const side = modules.size * row.moduleDots;
      const left = margin + indent(row.align, printWidth, side);
      let path = '';
      for (let index = 0; index < modules.size * modules.size; index++) {
        if (!modules.data[index]) continue;
        const x = left + (index % modules.size) * row.moduleDots;
        const y = top + Math.floor(index / modules.size) * row.moduleDots;
        path += `M${x} ${y}h${row.moduleDots}v${row.moduleDots}h-${row.moduleDots}z`;
      }
      return { svg: `<path d="${path}" shape-rendering="crispEdges"/>`, height: side + rowHeight / 2 };
    }
    case 'picture': {
      const left = margin + indent(row.align, printWidth, row.widthDots);
      const rowBytes = row.widthDots / 8;
      let path = '';
      for (let y = 0; y < row.heightDots; y++) {
        const isBlack = (x: number) => ((row.bits[y * rowBytes + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0;
        for (let x = 0; x < row.widthDots; x++) {
          if (!isBlack(x)) continue;
          const from = x;
          while (x + 1 < row.widthDots && isBlack(x + 1)) x += 1;
          path += `M${left + from} ${top + y}h${x + 1 - from}v1h-${x + 1 - from}z`;
        }
      }
      return { svg: `<path d="${path}" shape-rendering="crispEdges"/>`, height: row.heightDots };
    }
  }
}

function drawSpan(span: PaperSpan, x: number, top: number): string {
  const { widthFactor, heightFactor, bold, underlined, inverse } = span.style;
  const width = span.text.length * cellWidth;
  const weight = bold ? ' font-weight="700"' : '';
  const line = underlined ? ' text-decoration="underline"' : '';
  const ink = inverse ? ' fill="#fdfcf8"' : '';
  const back = inverse ? `<rect width="${width}" height="${rowHeight}"/>` : '';
  const y = top - (heightFactor - 1) * rowHeight;
  return `<g transform="translate(${x} ${y}) scale(${widthFactor} ${heightFactor})">${back}<text y="${fontSize + 1}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${weight}${line}${ink}>${escapeXml(span.text)}</text></g>`;
}

function spanWidth(span: PaperSpan): number {
  return span.text.length * cellWidth * span.style.widthFactor;
}

function indent(align: PaperAlign, printWidth: number, contentWidth: number): number {
  if (align === 'centre') return Math.round((printWidth - contentWidth) / 2);
  return align === 'right' ? printWidth - contentWidth : 0;
}

/** Paper with a cut edge, or hanging out of the printer without one. */
function outline(width: number, height: number, cut: boolean): string {
  if (!cut) return `M0 0H${width}V${height}H0z`;
  const tooth = 6;
  let edge = '';
  for (let x = width; x > 0; x -= 2 * tooth) edge += `l-${tooth} -${tooth}l-${tooth} ${tooth}`;
  return `M0 0H${width}V${height}${edge}z`;
}

/** Blanks as hard ones: renderers run soft ones together. */
function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(' ', '\u00a0');
}
