/**
 * How text is laid out on a narrow paper: labels fold, amounts never do. One character is one column; texts come in with
 * every accent in one character, and with U+00A0 for every blank that must not become the end of a line.
 */

/**
 * Folds at blanks, within words only where a word is longer than a line. Blanks at the front are kept, and the lines that
 * follow stand below. An empty text is an empty line.
 */
export function foldText(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const words = paragraph.trimStart();
    const indent = words === '' ? 0 : Math.min(paragraph.length - words.length, columns >> 2);
    return foldWords(words.split(' '), columns - indent).map((line) => ' '.repeat(indent) + line);
  });
}

function foldWords(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
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
}

/**
 * Left and right on one line, the gap filled. A label too long for that folds beside a short right text, an amount, which
 * stands on its last line; a long right text stands below.
 */
export function pairLines(left: string, right: string, columns: number): string[] {
  const room = columns - right.length - 1;
  const endsInRoom = (lines: readonly string[]) => (lines.at(-1) ?? '').length <= room;
  const wide = foldText(left, columns);
  const leftLines = endsInRoom(wide) || right.length > columns / 2 ? wide : foldText(left, room);
  if (endsInRoom(leftLines)) {
    const last = leftLines.at(-1) ?? '';
    return [...leftLines.slice(0, -1), last + right.padStart(columns - last.length)];
  }
  const rightLines = right.length <= columns ? [right.padStart(columns)] : foldText(`  ${right}`, columns);
  return [...leftLines, ...rightLines];
}

/**
 * The first column at the left, the others at their right edges. Where the paper is too narrow for a row, every row is
 * told as pairs instead: no cell is folded and none is cut.
 */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  const used = widths.reduce((sum, width) => sum + width, 0);
  const gapCount = widths.length - 1;
  if (used + gapCount > columns) return rows.flatMap((cells) => rowAsPairs(head, cells, columns));
  const gap = gapCount === 0 ? 0 : Math.floor((columns - used) / gapCount);
  const firstWidth = columns - widths.slice(1).reduce((sum, width) => sum + width + gap, 0);
  return all.map((cells) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        return column === 0 ? cell.padEnd(firstWidth) : cell.padStart(width + gap);
      })
      .join(''),
  );
}

function rowAsPairs(head: readonly string[], cells: readonly string[], columns: number): string[] {
  const [name = '', ...values] = cells;
  return [
    ...foldText(`${head[0] ?? ''} ${name}`.trim(), columns),
    ...values.flatMap((value, index) => pairLines(`  ${head[index + 1] ?? ''}`, value, columns)),
  ];
}
