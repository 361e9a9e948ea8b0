/**
 * The text of Concert V3 and Caisse-AP: a row of fields `TT LLL value`, tag of two characters, length in three decimal
 * digits, 1 to 999 characters of value. There is no header and no end mark, so how much is a whole answer is a rule.
 */
export interface TlvField {
  readonly tag: string;
  readonly value: string;
}

export type TlvText =
  /** The text splits exactly into fields. More of them may still follow. */
  | { readonly kind: 'whole'; readonly fields: ReadonlyMap<string, string> }
  /** The last field has not fully arrived. */
  | { readonly kind: 'partial' }
  /** No text of this protocol begins like this. `detail` never quotes a value (I14). */
  | { readonly kind: 'malformed'; readonly detail: string };

const headLength = 5;

export function encodeTlv(fields: readonly TlvField[]): Uint8Array {
  const text = fields
    .map(({ tag, value }) => `${tag}${String(value.length).padStart(3, '0')}${value}`)
    .join('');
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** Splits what has arrived so far. A repeated tag is malformed: which of the two would be the amount? */
export function parseTlv(bytes: Uint8Array): TlvText {
  const text = Buffer.from(bytes).toString('latin1');
  const fields = new Map<string, string>();
  for (let start = 0; start < text.length; ) {
    const head = text.slice(start, start + headLength);
    const shape = /^[A-Z]?[A-Z]?[0-9]{0,3}$/;
    if (!shape.test(head) || /^[A-Z][0-9]/.test(head)) {
      return { kind: 'malformed', detail: `no tag and length at character ${start}` };
    }
    if (head.length < headLength) return { kind: 'partial' };
    const tag = head.slice(0, 2);
    const length = Number(head.slice(2));
    if (length === 0) return { kind: 'malformed', detail: `field ${tag} is empty` };
    if (fields.has(tag)) return { kind: 'malformed', detail: `field ${tag} comes twice` };
    const valueStart = start + headLength;
    if (valueStart + length > text.length) return { kind: 'partial' };
    fields.set(tag, text.slice(valueStart, valueStart + length));
    start = valueStart + length;
  }
  return fields.size === 0 ? { kind: 'partial' } : { kind: 'whole', fields };
}
