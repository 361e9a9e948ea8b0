/**
 * The remainder by 97 of a text of A-Z and 0-9, letters read as 10 to 35 (ISO 7064, mod 97-10): the check of an IBAN and of a
 * creditor identifier.
 */
export function mod97(text: string): number {
  let remainder = 0;
  for (const character of text) {
    for (const digit of String(Number.parseInt(character, 36))) {
      remainder = (remainder * 10 + Number(digit)) % 97;
    }
  }
  return remainder;
}
