import { encodeReceipt } from '@portillon/drivers/printer/escpos/encode-receipt.ts';
import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';
import { readCommand } from '@portillon/hardware-sims/printer/escpos/escpos-commands.ts';
import { linesOf, Paper, type PaperReceipt } from '@portillon/hardware-sims/printer/escpos/paper.ts';

/** What the simulated printer's own decoder makes of a document's bytes. */
export function onPaper(blocks: readonly PrintBlock[], columns: number): PaperReceipt {
  const { text, cut } = encodeReceipt(blocks, columns);
  const paper = new Paper(columns, () => '2026-11-23T09:00:00.000Z');
  for (let bytes = Uint8Array.of(...text, ...cut); bytes.length > 0; ) {
    const read = readCommand(bytes);
    if (!read || read.command.kind === 'unknown') throw new Error('bytes that no printer understands');
    paper.apply(read.command);
    bytes = bytes.subarray(read.length);
  }
  const [receipt, ...others] = paper.receipts;
  if (!receipt || others.length > 0) throw new Error('a document is one paper');
  return receipt;
}

export function linesOnPaper(blocks: readonly PrintBlock[], columns: number): string[] {
  return linesOf(onPaper(blocks, columns));
}
