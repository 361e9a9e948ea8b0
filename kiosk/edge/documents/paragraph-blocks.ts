import type { PrintBlock } from '@portillon/drivers/printer/printer.ts';

/** A paragraph of a signed text on paper; one that starts with `# ` is a heading. */
export function paragraphBlocks(paragraph: string): readonly PrintBlock[] {
  return paragraph.startsWith('# ')
    ? [
        { kind: 'space', lines: 1 },
        { kind: 'text', text: paragraph.slice(2), bold: true },
      ]
    : [{ kind: 'text', text: paragraph }];
}
