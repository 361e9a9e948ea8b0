import { err, ok, type Result } from '../base/result.ts';
import { toBase64url } from './base64url.ts';
import { type PassGrant, type PassGrantProblem, readPassGrant } from './pass-grant.ts';
import {
  keyRequestKind,
  keyRequestSignedLength,
  type PassCodeProblem,
  passCodeBytes,
  passGrantLength,
  passSignedLength,
} from './pass-layout.ts';
import { signatureHolds } from './signing-key.ts';

/** One code of a pass, as scanned: the phone's own signature holds (PS3); whether its key counts for anything is not said. */
export interface PassCode {
  readonly grant: PassGrant;
  /** When the phone says it is: whole steps of 15 s since 1970. */
  readonly step: number;
}

export type PassProblem = PassCodeProblem | PassGrantProblem | 'not-the-phones-signature';

/** Reads what a phone shows at a gate. Rules: SPEC.md. */
export function readPass(text: string): Result<PassCode, PassProblem> {
  const bytes = passCodeBytes('pass', text);
  if (typeof bytes === 'string') return err(bytes);
  const grant = readPassGrant(bytes.subarray(0, passGrantLength));
  if (!grant.ok) return grant;
  const signed = bytes.subarray(0, passSignedLength);
  if (!signatureHolds(grant.value.publicKey, signed, bytes.subarray(passSignedLength))) {
    return err('not-the-phones-signature');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return ok({ grant: grant.value, step: view.getUint32(passGrantLength) });
}

/** Reads what a phone shows to a kiosk: its public key, in base64url, once it has proved that it holds the other half. */
export function readKeyRequest(text: string): Result<string, PassProblem> {
  const bytes = passCodeBytes('keyRequest', text);
  if (typeof bytes === 'string') return err(bytes);
  if (bytes[1] !== keyRequestKind) return err('malformed');
  const publicKey = toBase64url(bytes.subarray(2, keyRequestSignedLength));
  return signatureHolds(
    publicKey,
    bytes.subarray(0, keyRequestSignedLength),
    bytes.subarray(keyRequestSignedLength),
  )
    ? ok(publicKey)
    : err('not-the-phones-signature');
}
