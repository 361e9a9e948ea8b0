/**
 * Free text as a signed string can hold it (FJ2): NFC, `,` and `|` are separators of the string and give way to `;` and
 * `/`, control characters to a space.
 */
export function neutralText(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(',', ';')
    .replaceAll('|', '/')
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
}
