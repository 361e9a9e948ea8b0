/**
 * Accents in one character each, as code pages have them; the narrow blank of French prices (U+202F), which the library
 * prints as a question mark, as a hard blank, so that no price is folded; the hyphen that forbids a break as a hyphen; no
 * control characters, which the printer would carry out; no script that a receipt printer has no page for.
 */
export function printableText(text: string): string {
  return text
    .split('\n')
    .map((line) => printableLine(line))
    .join('\n');
}

function printableLine(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[\u2007\u202f]/g, '\u00a0')
    .replace(/[\u2000-\u200a\t]/g, ' ')
    .replace(/\u2011/g, '-')
    .replace(/[\p{Cc}\p{Cf}]/gu, '');
  return Array.from(plain, (character) => {
    if (printableCharacter.test(character)) return character;
    const [base = ''] = character.normalize('NFD');
    return printableCharacter.test(base) ? base : '?';
  }).join('');
}

/** Latin-1, what WPC1252 has beyond it, and the letters of Latin Extended-A, for which the library finds a page. */
const printableCharacter = /^[\x20-\x7e\u00a0-\u017e€‚ƒ„…†‡ˆ‰‹‘’“”•–—˜™›]$/u;
