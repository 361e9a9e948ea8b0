import { invariant, unreachable } from '@portillon/core/base/invariant.ts';
import { BreakLine, CharacterSet, PrinterTypes, ThermalPrinter } from 'node-thermal-printer';
import type { PrintBlock } from '../printer.ts';

/** A symbol for more than this no longer fits the paper with modules that a phone can read. */
const longestQr = 700;
const largeModulesUpTo = 150;
/** The library feeds four lines each: 15 mm, from the print head to the cutter. */
const feedsToCutter = 1;

/**
 * The bytes of a receipt, cut at its end. The library is used as an encoder only: it knows the commands and changes code
 * pages where a character needs it; folding is ours, because it folds large text at the width of small text.
 */
export function encodeReceipt(blocks: readonly PrintBlock[], columns: number): Uint8Array {
  const printer = new ThermalPrinter({
    type: PrinterTypes.EPSON,
    interface: '', // none: it never opens a line
    width: columns,
    characterSet: CharacterSet.WPC1252, // € and œ both; PC858 has no œ
    breakLine: BreakLine.NONE,
  });
  for (const block of blocks) encodeBlock(printer, block, columns);
  printer.cut({ verticalTabAmount: feedsToCutter });
  return Uint8Array.from(printer.getBuffer());
}

function encodeBlock(printer: ThermalPrinter, block: PrintBlock, columns: number): void {
  switch (block.kind) {
    case 'text': {
      if (block.align === 'centre') printer.alignCenter();
      if (block.align === 'right') printer.alignRight();
      if (block.large) printer.setTextQuadArea(); // first: ESC ! sets the size and takes bold away
      if (block.bold) printer.bold(true);
      for (const line of foldText(block.text, block.large ? Math.floor(columns / 2) : columns)) {
        printer.println(line);
      }
      if (block.large) printer.setTextNormal();
      if (block.bold) printer.bold(false);
      printer.alignLeft();
      return;
    }
    case 'pair':
      if (block.bold) printer.bold(true);
      for (const line of pairLines(block.left, block.right, columns)) printer.println(line);
      if (block.bold) printer.bold(false);
      return;
    case 'rule':
      printer.drawLine();
      return;
    case 'space':
      for (let line = 0; line < block.lines; line++) printer.newLine();
      return;
    case 'qr':
      // The library counts characters where the printer counts bytes: the two agree in ASCII only.
      invariant(/^[\x20-\x7e]+$/.test(block.data), 'a QR code on paper holds printable ASCII');
      invariant(block.data.length <= longestQr, `a QR code on paper holds at most ${longestQr} characters`);
      // Blank lines for the quiet zone of four modules: the printer leaves none.
      printer.newLine();
      printer.alignCenter();
      printer.printQR(block.data, {
        cellSize: block.data.length <= largeModulesUpTo ? 6 : 4,
        correction: 'M',
      });
      printer.newLine();
      printer.alignLeft();
      return;
    default:
      unreachable(block);
  }
}

/** Left and right on one line, or on two when they do not fit. */
function pairLines(left: string, right: string, columns: number): string[] {
  const rightText = printable(right);
  const lines = foldText(left, columns);
  const last = lines.at(-1) ?? '';
  if (last.length + 1 + rightText.length > columns) return [...lines, rightText.padStart(columns)];
  return [...lines.slice(0, -1), last + rightText.padStart(columns - last.length)];
}

/** Folds at blanks, within words only where a word is longer than a line. An empty text is an empty line. */
function foldText(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of printable(paragraph).split(' ')) {
      const joined = line === '' ? word : `${line} ${word}`;
      if (joined.length <= columns) {
        line = joined;
        continue;
      }
      if (line !== '') lines.push(line);
      line = word;
      while (line.length > columns) {
        lines.push(line.slice(0, columns));
        line = line.slice(columns);
      }
    }
    return [...lines, line];
  });
}

/**
 * Accents in one character each, as code pages have them; the narrow blank of French prices (U+202F), which the library
 * prints as a question mark, as a blank; no control characters, which the printer would carry out; no script that a
 * receipt printer has no page for.
 */
function printable(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[\u00a0\u2000-\u200a\u202f\t]/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '');
  return Array.from(plain, (character) => {
    if (printableCharacter.test(character)) return character;
    const [base = ''] = character.normalize('NFD');
    return printableCharacter.test(base) ? base : '?';
  }).join('');
}

/** Latin-1, what WPC1252 has beyond it, and the letters of Latin Extended-A, for which the library finds a page. */
const printableCharacter = /^[\x20-\x7e\u00a1-\u017e€‚ƒ„…†‡ˆ‰‹‘’“”•–—˜™›]$/u;
