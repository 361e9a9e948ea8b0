import { type Id, idBytes } from '../base/ids.ts';

/** Letters and digits of Crockford's base 32: no I, L, O, U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 26;

/**
 * The unique mandate reference (UMR, RUM) of a visit: its id in 26 characters of A-Z and 0-9, of the 35 that the rulebook
 * allows. A visit signs one mandate at most, so that the reference can be shown before the signature.
 */
export function mandateReference(visitId: Id<string>): string {
  let rest = idBytes(visitId).reduce((number, byte) => number * 256n + BigInt(byte), 0n);
  let text = '';
  for (let place = 0; place < length; place++) {
    text = alphabet.charAt(Number(rest % 32n)) + text;
    rest /= 32n;
  }
  return text;
}
