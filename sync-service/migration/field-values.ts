import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { isVisible } from '@portillon/core/base/text.ts';
import type { RejectionCode } from './rejections.ts';

/** Values of single fields (MI3). A field that cannot be understood is an error with its code, never a guess. */
export type Field<Value> = Result<Value, RejectionCode>;

/** Null where the field is empty, or says one of the words that mean nothing. */
export function optional<Value>(
  read: (raw: string) => Field<Value>,
  nothing: readonly string[] = [],
): (raw: string) => Field<Value | null> {
  return (raw) => (raw.trim() === '' || nothing.includes(raw.trim()) ? ok(null) : read(raw));
}

/** Beginnings that a spreadsheet takes for a formula (OWASP, _CSV Injection_). */
const formula = /^[=+\-@\t\r]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for; line feed and tab are text
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Of any script, in composed form (NFC); line feeds and runs of spaces become one space. */
export function textField(raw: string, maxLength: number, mayBeginAsFormula = false): Field<string> {
  if (raw.includes('\ufffd')) return err('encoding');
  if (controls.test(raw.replaceAll('\r\n', '\n'))) return err('control-characters');
  const text = raw.normalize('NFC').replace(/\s+/g, ' ').trim();
  if (text.length > maxLength) return err('too-long');
  if (!mayBeginAsFormula && formula.test(text)) return err('formula');
  return ok(text);
}

export function requiredText(raw: string, maxLength: number): Field<string> {
  const text = textField(raw, maxLength);
  return text.ok && !isVisible(text.value) ? err('missing') : text;
}

/** Null when it is empty. A phone number may begin with a plus sign. */
export function phoneField(raw: string): Field<string | null> {
  const text = textField(raw, 30, true);
  if (!text.ok || text.value === '') return text.ok ? ok(null) : text;
  return formula.test(text.value) && !/^\+[\s(]*\d/.test(text.value) ? err('formula') : text;
}

/** Null when it is empty. In small letters: boxes do not tell capitals apart. */
export function emailField(raw: string): Field<string | null> {
  const text = textField(raw, 254);
  if (!text.ok || text.value === '') return text.ok ? ok(null) : text;
  return /^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>".]+$/.test(text.value)
    ? ok(text.value.toLowerCase())
    : err('no-email');
}

/** A calendar day `2026-11-26` that exists, between two of the same form. */
export function dateField(
  raw: string,
  format: string,
  { least, most }: { readonly least: string; readonly most: string },
): Field<string> {
  const names: string[] = [];
  const pattern = format.replace(/YYYY|MM|DD|HH|mm|ss|[^\w\s]|\s+/g, (part) => {
    if (!/^\w/.test(part)) return /^\s/.test(part) ? '\\s+' : `\\${part}`;
    names.push(part);
    return `(\\d{${part.length}})`;
  });
  const found = new RegExp(`^${pattern}$`).exec(raw.trim());
  if (!found) return err('no-date');
  const part = (name: string) => found[names.indexOf(name) + 1] ?? '';
  const date = `${part('YYYY')}-${part('MM')}-${part('DD')}`;
  const atMs = Date.parse(`${date}T00:00:00Z`);
  // 29 February of a common year is read as 1 March.
  if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== date) return err('no-date');
  return date < least || date > most ? err('date-out-of-range') : ok(date);
}

const mostCents = 10_000_000;

/** In cents. Thousands may stand apart by a space, an apostrophe, or the sign that is not the decimal one. */
export function amountField(raw: string, decimal: '.' | ','): Field<number> {
  const text = raw
    .trim()
    .replace(/\s*(€|EUR)$/i, '')
    .replace(/[−–]/g, '-');
  const thousands = decimal === ',' ? "[\\s.’']" : "[\\s,’']";
  const sign = decimal === ',' ? ',' : '\\.';
  const found = new RegExp(`^(-?)(\\d{1,3}(?:${thousands}\\d{3})+|\\d+)(?:${sign}(\\d{1,2}))?(-?)$`).exec(
    text,
  );
  if (!found) return err('no-amount');
  const whole = Number((found[2] ?? '').replace(/\D/g, ''));
  const cents = whole * 100 + Number((found[3] ?? '').padEnd(2, '0'));
  if (cents > 0 && (found[1] === '-' || found[4] === '-')) return err('amount-negative');
  return cents > mostCents ? err('amount-too-large') : ok(cents);
}

type NumberForm = 'hex' | 'hex-reversed' | 'decimal' | 'decimal-reversed';

/** The number of a chip in capital hexadecimal, as readers tell it. */
export function chipNumberField(raw: string, form: NumberForm, bytes: number): Field<string> {
  const text = raw.trim().replace(/[\s:-]/g, '');
  let hex = text.toUpperCase();
  if (form.startsWith('decimal')) {
    if (!/^\d{1,25}$/.test(text)) return err('no-number');
    hex = BigInt(text)
      .toString(16)
      .toUpperCase()
      .padStart(bytes * 2, '0');
    if (hex.length !== bytes * 2) return err('no-number');
  }
  if (!/^([0-9A-F]{2}){4,10}$/.test(hex) || /^0+$/.test(hex)) return err('no-number');
  return ok(form.endsWith('reversed') ? (hex.match(/../g) ?? []).reverse().join('') : hex);
}

/** As a scanner reads it; what begins like a ticket or a pass of ours is none. */
export function codeField(raw: string): Field<string> {
  if (raw.includes('\ufffd')) return err('encoding');
  return raw.length >= 4 &&
    raw.length <= 1_000 &&
    /^[^\p{Cc}]+$/u.test(raw) &&
    !/^(PT\d+\.|P[PKG]\d+:)/.test(raw)
    ? ok(raw)
    : err('no-code');
}
