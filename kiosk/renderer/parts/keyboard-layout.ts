import type { Language } from '../../bridge/view.ts';

export type KeyboardPurpose = 'name' | 'email';
export type KeyboardPage = 'letters' | 'accents';
export type KeyAction = 'shift' | 'erase' | 'space' | 'accents' | 'letters';
/** `columns` in sixtieths of the keyboard's width; an ordinary key takes six. */
export type Key =
  | { kind: 'text'; text: string; columns: number }
  | { kind: 'action'; action: KeyAction; columns: number };

const ordinary = 6;

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
  const [first, second, third] = nameRows[page][language];
  return [
    texts(first),
    texts(second),
    [action('shift'), ...texts(third), action('erase')],
    [action(page === 'letters' ? 'accents' : 'letters', 12), action('space', 48)],
  ];
}
