/** One press of a screen key, as an edit of the text in a field. */
export type KeyStroke = { kind: 'text'; text: string } | { kind: 'erase' };

export interface Typed {
  readonly text: string;
  readonly caret: number;
}

/** What the field holds, and where its caret stands, after a key; the selection is replaced. */
export function typeKey(
  text: string,
  selectionStart: number,
  selectionEnd: number,
  stroke: KeyStroke,
  maxLength: number,
): Typed {
  const before = text.slice(0, selectionStart);
  const after = text.slice(selectionEnd);
  if (stroke.kind === 'text') {
    if (before.length + stroke.text.length + after.length > maxLength) return { text, caret: selectionEnd };
    return { text: before + stroke.text + after, caret: before.length + stroke.text.length };
  }
  if (selectionStart !== selectionEnd) return { text: before + after, caret: before.length };
  const shorter = [...before].slice(0, -1).join('');
  return { text: shorter + after, caret: shorter.length };
}
