import { createHmac, hkdfSync } from 'node:crypto';

/**
 * What stands for the words of a search in its log (ST9): the same for the same words, in hexadecimal. Keyed with what is derived
 * from a secret of the base: whoever reads the log alone cannot try names.
 */
export function searchDigest(secret: string, words: string): string {
  const key = hkdfSync('sha256', secret, '', 'portillon staff search', 32);
  return createHmac('sha256', new Uint8Array(key))
    .update(words.trim().normalize('NFKC').toLowerCase())
    .digest('hex');
}
