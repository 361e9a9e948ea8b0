import { describe, expect, it } from 'vitest';
import { keyboardRows } from './keyboard-layout.ts';

const domains = ['@a.fr', '@b.fr', '@c.fr'];
const letters = (rows: ReturnType<typeof keyboardRows>) =>
  rows.flat().flatMap((key) => (key.kind === 'text' ? [key.text] : []));

describe.each(['fr', 'en'] as const)('the keyboard in %s', (language) => {
  it.each([
    ['name', 'letters'],
    ['name', 'accents'],
    ['email', 'letters'],
    ['iban', 'letters'],
  ] as const)('fills every row for %s, %s, and repeats no key', (purpose, page) => {
    const rows = keyboardRows(language, purpose, page, domains);
    for (const row of rows) expect(row.reduce((sum, key) => sum + key.columns, 0)).toBe(60);
    const keys = letters(rows);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has every letter, and what names and addresses need', () => {
    const alphabet = [...'abcdefghijklmnopqrstuvwxyz'];
    expect(letters(keyboardRows(language, 'name', 'letters', domains))).toEqual(
      expect.arrayContaining([...alphabet, "'", '-']),
    );
    expect(letters(keyboardRows(language, 'email', 'letters', domains))).toEqual(
      expect.arrayContaining([...alphabet, ...'0123456789@.-_+', ...domains]),
    );
  });

  it('has every capital and digit of an IBAN, a start in one press, and nothing else', () => {
    const keys = letters(keyboardRows(language, 'iban', 'letters', domains));
    expect([...keys].sort()).toEqual([...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'FR76'].sort());
    const actions = keyboardRows(language, 'iban', 'letters', domains)
      .flat()
      .filter(({ kind }) => kind === 'action');
    expect(actions).toMatchObject([{ action: 'erase' }]);
  });

  it('can erase and come back from the accents', () => {
    const actions = keyboardRows(language, 'name', 'accents', domains)
      .flat()
      .flatMap((key) => (key.kind === 'action' ? [key.action] : []));
    expect(actions).toEqual(['shift', 'erase', 'letters', 'space']);
  });
});

it('is AZERTY in French and QWERTY in English', () => {
  const row = (language: 'fr' | 'en') =>
    letters(keyboardRows(language, 'name', 'letters', domains))
      .slice(0, 6)
      .join('');
  expect(row('fr')).toBe('azerty');
  expect(row('en')).toBe('qwerty');
});
