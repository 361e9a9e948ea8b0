import { sha256Hex } from '../crypto/digest.ts';
import { type ConsentPurpose, consentWordings, type WordingLanguage } from './consent-wordings.ts';

/** SHA-256 in hex of the sentences, a line each; null for a wording that is not known here. */
export function consentWordingDigest(
  purpose: ConsentPurpose,
  version: string,
  language: string,
): string | null {
  const sentences = consentWordings[version]?.[purpose][language as WordingLanguage];
  return sentences ? sha256Hex(sentences.join('\n')) : null;
}
