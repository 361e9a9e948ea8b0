import { expect, it } from 'vitest';
import { ibanShape } from './iban-shape.ts';
import { type KeyStroke, typeKey } from './typing.ts';

const maxLength = 42;

function typed(strokes: readonly KeyStroke[], from = { text: '', caret: 0 }) {
  return strokes.reduce(
    (now, stroke) => ibanShape(typeKey(now.text, now.caret, now.caret, stroke, maxLength)),
    from,
  );
}
const texts = (characters: string): KeyStroke[] => [...characters].map((text) => ({ kind: 'text', text }));
const erase: KeyStroke = { kind: 'erase' };

it('groups by four while it is typed, in capitals, with the caret at the end', () => {
  expect(typed(texts('fr763000'))).toEqual({ text: 'FR76 3000', caret: 9 });
  expect(typed(texts('fr7630006'))).toEqual({ text: 'FR76 3000 6', caret: 11 });
});

it('takes back one character a press, also over the gap between groups', () => {
  expect(typed([...texts('FR763000'), ...Array<KeyStroke>(5).fill(erase)])).toEqual({
    text: 'FR7',
    caret: 3,
  });
  expect(typed([erase], { text: '', caret: 0 })).toEqual({ text: '', caret: 0 });
});

it('puts a forgotten character in its place and leaves the caret behind it', () => {
  expect(typed(texts('9'), { text: 'FR76 3000 6', caret: 6 })).toEqual({ text: 'FR76 3900 06', caret: 7 });
  expect(typed([erase], { text: 'FR76 3000 6', caret: 6 })).toEqual({ text: 'FR76 0006', caret: 4 });
});

it('takes the word IBAN and the spaces of a card along', () => {
  expect(ibanShape({ text: 'IBAN fr76-3000', caret: 14 })).toEqual({ text: 'FR76 3000', caret: 9 });
});
