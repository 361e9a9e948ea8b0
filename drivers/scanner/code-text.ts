/** Longest code taken: what a QR code holds at the most in bytes (version 40-L), rounded up. */
export const longestCode = 3_072;

/**
 * The text of a scanned code, or undefined when these bytes make none: empty, too long, not UTF-8, or with control
 * characters, which a forged code could use to press keys in whatever reads it.
 */
export function codeText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || bytes.length > longestCode) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
