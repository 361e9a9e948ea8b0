import { invariant, unreachable } from '@portillon/core/base/invariant.ts';
import { BreakLine, CharacterSet, PrinterTypes, ThermalPrinter } from 'node-thermal-printer';
import type { MonochromePicture } from '../monochrome-picture.ts';
import { foldText, pairLines, tableLines } from '../paper-lines.ts';
import type { PrintBlock } from '../printer.ts';
import { printableText } from './printable-text.ts';
import { qrModuleDots, qrModuleDotsWithin } from './qr-module.ts';

/** Dots of a character of font A. */
const dotsPerColumn = 12;
/** The library feeds four lines each: 15 mm, from the print head to the cutter. */
const feedsToCutter = 1;

/** In two parts, so that an end mark between them tells whether all text was on paper when the cutter failed. */
export interface EncodedReceipt {
  readonly text: Uint8Array;
  /** Feeds from the print head to the cutter and cuts. */
  readonly cut: Uint8Array;
}

/**
 * The bytes of a receipt. The library is used as an encoder only: it knows the commands and changes code pages where a
 * character needs it; folding is ours, because it folds large text at the width of small text.
 */
export function encodeReceipt(blocks: readonly PrintBlock[], columns: number): EncodedReceipt {
  const text = newEncoder(columns);
  for (const block of blocks) encodeBlock(text, block, columns);
  return { text: Uint8Array.from(text.getBuffer()), cut: cutBytes(columns) };
}

/** Cuts off what a receipt that stopped half way may have left in the mouth. */
export function cutBytes(columns: number): Uint8Array {
  const encoder = newEncoder(columns);
  encoder.cut({ verticalTabAmount: feedsToCutter });
  return Uint8Array.from(encoder.getBuffer());
}

function newEncoder(columns: number): ThermalPrinter {
  return new ThermalPrinter({
    type: PrinterTypes.EPSON,
    interface: '', // none: it never opens a line
    width: columns,
    characterSet: CharacterSet.WPC1252, // € and œ both; PC858 has no œ
    breakLine: BreakLine.NONE,
  });
}

function encodeBlock(printer: ThermalPrinter, block: PrintBlock, columns: number): void {
  switch (block.kind) {
    case 'text': {
      if (block.align === 'centre') printer.alignCenter();
      if (block.align === 'right') printer.alignRight();
      if (block.large) printer.setTextQuadArea(); // first: ESC ! sets the size and takes bold away
      if (block.bold) printer.bold(true);
      const lineColumns = block.large ? Math.floor(columns / 2) : columns;
      printLines(printer, foldText(printableText(block.text), lineColumns));
      if (block.large) printer.setTextNormal();
      if (block.bold) printer.bold(false);
      printer.alignLeft();
      return;
    }
    case 'pair':
      if (block.bold) printer.bold(true);
      printLines(printer, pairLines(printableText(block.left), printableText(block.right), columns));
      if (block.bold) printer.bold(false);
      return;
    case 'table': {
      const rows = block.rows.map((cells) => cells.map(printableText));
      printLines(printer, tableLines(block.head.map(printableText), rows, columns));
      return;
    }
    case 'rule':
      printer.drawLine();
      return;
    case 'space':
      for (let line = 0; line < block.lines; line++) printer.newLine();
      return;
    case 'logo':
      invariant(
        block.picture.widthDots <= columns * dotsPerColumn,
        'a logo is no wider than the narrowest paper',
      );
      printer.alignCenter();
      printer.append(Buffer.from(rasterBytes(block.picture)));
      printer.alignLeft();
      return;
    case 'qr':
      // The library counts characters where the printer counts bytes: the two agree in ASCII only.
      invariant(/^[\x20-\x7e]+$/.test(block.data), 'a QR code on paper holds printable ASCII');
      // Blank lines for the quiet zone of four modules: the printer leaves none.
      printer.newLine();
      printer.alignCenter();
      printer.printQR(block.data, {
        cellSize: block.sideMm
          ? qrModuleDotsWithin(block.data.length, block.sideMm)
          : qrModuleDots(block.data.length, columns * dotsPerColumn),
        correction: 'M',
      });
      printer.newLine();
      printer.alignLeft();
      return;
    default:
      unreachable(block);
  }
}

function printLines(printer: ThermalPrinter, lines: readonly string[]): void {
  for (const line of lines) printer.println(line.replaceAll('\u00a0', ' '));
}

/** GS v 0: a raster picture at normal size. */
function rasterBytes({ widthDots, heightDots, bits }: MonochromePicture): Uint8Array {
  const rowBytes = Math.ceil(widthDots / 8);
  // Many printers carry out DLE EOT, DLE ENQ and DLE DC4 wherever they stand, even inside a picture.
  invariant(
    bits.every((byte, index) => byte !== 0x10 || ![0x04, 0x05, 0x14].includes(bits[index + 1] ?? 0)),
    'no dots of a picture read as a real-time command',
  );
  return Uint8Array.of(
    ...[0x1d, 0x76, 0x30, 0x00, rowBytes & 0xff, rowBytes >> 8, heightDots & 0xff, heightDots >> 8],
    ...bits,
  );
}
