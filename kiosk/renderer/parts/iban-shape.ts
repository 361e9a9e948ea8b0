import { compactIban, groupedIban } from '../../bridge/iban-typing.ts';
import type { Typed } from './typing.ts';

/** Capitals in groups of four while they are typed; the caret stays behind the same character. */
export function ibanShape({ text, caret }: Typed): Typed {
  const shaped = groupedIban(compactIban(text));
  const before = compactIban(text.slice(0, caret)).length;
  return { text: shaped, caret: before === 0 ? 0 : before + Math.floor((before - 1) / 4) };
}
