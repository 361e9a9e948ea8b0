import { describe, expect, it } from 'vitest';
import { typeKey } from './typing.ts';

const key = (text: string) => ({ kind: 'text', text }) as const;
const erase = { kind: 'erase' } as const;

describe('a key of the screen keyboard', () => {
  it('writes where the caret stands', () => {
    expect(typeKey('Mrie', 1, 1, key('a'), 80)).toEqual({ text: 'Marie', caret: 2 });
  });

  it('replaces what is selected', () => {
    expect(typeKey('Marie', 1, 5, key('ax'), 80)).toEqual({ text: 'Max', caret: 3 });
  });

  it('writes nothing beyond the length of the field', () => {
    expect(typeKey('2026', 4, 4, key('1'), 4)).toEqual({ text: '2026', caret: 4 });
  });

  it('erases one letter, the selection, or nothing at the start', () => {
    expect(typeKey('Léa', 3, 3, erase, 80)).toEqual({ text: 'Lé', caret: 2 });
    expect(typeKey('Léa', 0, 2, erase, 80)).toEqual({ text: 'a', caret: 0 });
    expect(typeKey('Léa', 0, 0, erase, 80)).toEqual({ text: 'Léa', caret: 0 });
  });

  it('erases a letter outside the basic plane whole', () => {
    expect(typeKey('𠮷', 2, 2, erase, 80)).toEqual({ text: '', caret: 0 });
  });
});
