/** Cents of an amount as staff type it: `12,50`, `12.5`, `12`, with or without the sign. Null when it is none. */
export function centsOfTyped(typed: string): number | null {
  const plain = typed.replaceAll(/[\s\u202f€]/g, '').replace(',', '.');
  if (plain === '') return 0;
  const shape = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(plain);
  if (!shape) return null;
  return Number(shape[1]) * 100 + Number((shape[2] ?? '').padEnd(2, '0'));
}

/** As it is typed, for a field: `54,90`. */
export function typedOfCents(cents: number, language: 'fr' | 'en'): string {
  const text = (cents / 100).toFixed(2);
  return language === 'fr' ? text.replace('.', ',') : text;
}
