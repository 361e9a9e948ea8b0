import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { clubFileSizeBytes } from './club-card-layout.ts';

/**
 * What lies in the one file of a club card:
 *
 *   0        1                17              19
 *   version  credential id 16 grant length LE grant bytes, then zeros
 */
export interface ClubCardContent {
  readonly credentialId: Uint8Array;
  /** The signed grant, or null on a card that is staged but not sold: such a card opens nothing. */
  readonly grant: Uint8Array | null;
}

export const grantLengthOffset = 17;
export const clubHeaderLength = 19;
export const longestGrantBytes = clubFileSizeBytes - clubHeaderLength;
const formatVersion = 1;
const credentialIdLength = 16;

/** The whole file of a staged card. What a former holder had on it is overwritten with zeros. */
export function encodeStagedContent(credentialId: Uint8Array): Uint8Array {
  invariant(credentialId.length === credentialIdLength, 'a credential id has 16 bytes');
  const file = new Uint8Array(clubFileSizeBytes);
  file[0] = formatVersion;
  file.set(credentialId, 1);
  return file;
}

/** Grant length and grant: what is written at `grantLengthOffset` when the card is sold. */
export function encodeGrant(grant: Uint8Array): Uint8Array {
  invariant(
    grant.length >= 1 && grant.length <= longestGrantBytes,
    `a grant has 1 to ${longestGrantBytes} bytes`,
  );
  return Uint8Array.of(grant.length & 0xff, grant.length >> 8, ...grant);
}

/** How many bytes of a file of `fileSizeBytes` mean something, told by its first 19. */
export function contentLength(
  header: Uint8Array,
  fileSizeBytes: number = clubFileSizeBytes,
): Result<number, string> {
  if (header.length < clubHeaderLength) return err('shorter than its header');
  if (header[0] !== formatVersion) return err(`content format ${header[0]}`);
  const grantLength = (header[grantLengthOffset] ?? 0) | ((header[grantLengthOffset + 1] ?? 0) << 8);
  if (clubHeaderLength + grantLength > fileSizeBytes) return err(`a grant of ${grantLength} bytes`);
  return ok(clubHeaderLength + grantLength);
}

/** Reads the content from the start of the file; bytes beyond the grant are ignored. */
export function decodeContent(
  file: Uint8Array,
  fileSizeBytes: number = clubFileSizeBytes,
): Result<ClubCardContent, string> {
  const length = contentLength(file, fileSizeBytes);
  if (!length.ok) return length;
  if (file.length < length.value) return err('shorter than it says');
  return ok({
    credentialId: file.slice(1, grantLengthOffset),
    grant: length.value === clubHeaderLength ? null : file.slice(clubHeaderLength, length.value),
  });
}
