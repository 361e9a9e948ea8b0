import canonicalize from 'canonicalize';
import { invariant } from '../base/invariant.ts';

/** RFC 8785: one text for one value, so that what is hashed and signed is what is sent. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  invariant(text !== undefined, 'only JSON values have a canonical form');
  return text;
}
