import type { Language } from '../../bridge/view.ts';

export type KeyboardPurpose = 'name' | 'email' | 'iban';
export type KeyboardPage = 'letters' | 'accents';
export type KeyAction = 'shift' | 'erase' | 'space' | 'accents' | 'letters';
/** `columns` in sixtieths of the keyboard's width; an ordinary key takes six. */
export type Key =
  | { kind: 'text'; text: string; columns: number }
  | { kind: 'action'; action: KeyAction; columns: number };

const ordinary = 6;

/** How every account held in France begins: its check digits follow from its RIB key. */
const ibanStart = 'FR76';

const nameRows: Record<KeyboardPage, Record<Language, readonly [string, string, string]>> = {
  letters: {
    fr: ['azertyuiop', 'qsdfghjklm', "wxcvbn'-"],
    en: ['qwertyuiop', "asdfghjkl'", 'zxcvbnm-'],
  },
  accents: {
    fr: ['éèêëàâäçîï', 'ôöùûüÿñœæø', "áíóúãõ'-"],
    en: ['éèêëàâäãåæ', 'íîïóôöõúùû', 'çñøüšžł-'],
  },
};

const emailRows: Record<Language, readonly [string, string, string]> = {
  fr: ['azertyuiop', 'qsdfghjklm', 'wxcvbn.-_'],
  en: ['qwertyuiop', 'asdfghjkl_', 'zxcvbnm.-'],
};

/** Capitals as in the language's own layout. */
const ibanRows: Record<Language, readonly [string, string, string]> = {
  fr: ['AZERTYUIOP', 'QSDFGHJKLM', 'WXCVBN'],
  en: ['QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'],
};

function texts(characters: string): Key[] {
  return [...characters].map((text) => ({ kind: 'text', text, columns: ordinary }));
}

function action(name: KeyAction, columns = ordinary): Key {
  return { kind: 'action', action: name, columns };
}

/** Rows of the on-screen keyboard, each sixty columns wide. Accents are a second page, never a long press. */
export function keyboardRows(
  language: Language,
  purpose: KeyboardPurpose,
  page: KeyboardPage,
  domains: readonly string[],
): Key[][] {
  if (purpose === 'email') {
    const [first, second, third] = emailRows[language];
    return [
      texts('1234567890'),
      texts(first),
      texts(second),
      [...texts(third), action('erase')],
      [...texts('@+'), ...domains.map((text): Key => ({ kind: 'text', text, columns: 48 / domains.length }))],
    ];
  }
  if (purpose === 'iban') {
    const [first, second, third] = ibanRows[language];
    const free = 60 - ordinary * third.length;
    const isShort = second.length < 10;
    return [
      texts('1234567890'),
      texts(first),
      isShort ? [...texts(second), action('erase')] : texts(second),
      isShort
        ? [...texts(third), { kind: 'text', text: ibanStart, columns: free }]
        : [...texts(third), { kind: 'text', text: ibanStart, columns: free / 2 }, action('erase', free / 2)],
    ];
  }
  const [first, second, third] = nameRows[page][language];
  return [
    texts(first),
    texts(second),
    [action('shift'), ...texts(third), action('erase')],
    [action(page === 'letters' ? 'accents' : 'letters', 12), action('space', 48)],
  ];
}
