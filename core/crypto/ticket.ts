import type { NetworkId } from '../base/ids.ts';
import { err, ok, type Result } from '../base/result.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import {
  type EntryClaims,
  entryClaimsLength,
  entryKinds,
  entryLayoutVersion,
  type IssuerKey,
  readEntryClaims,
  writeEntryClaims,
} from './entry-claims.ts';
import { issuerProblem } from './issuer-problem.ts';
import { signBytes } from './signing-key.ts';

/**
 * The ticket in a QR: `PT1.` and 156 bytes in base64url, 212 characters in all. It names no person.
 *
 *     0              91         92          156
 *     entry claims   singleUse  signature
 *     91             1          64
 *
 * Paper can be copied: a ticket proves that it was sold, never who holds it, which is why one is spent by its first use.
 */
export interface TicketClaims extends EntryClaims {
  readonly singleUse: boolean;
}

/** A ticket as scanned: parsed, not yet trusted. */
export interface Ticket extends TicketClaims {
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

export type TicketProblem =
  /** Some other code: a shop's barcode, an address, a boarding pass. */
  | 'not-a-ticket'
  | 'truncated'
  | 'unknown-version'
  /** A byte that no encoder of this version writes, or characters that do not belong. */
  | 'malformed'
  | 'wrong-network'
  | 'unknown-issuer'
  | 'revoked-issuer'
  | 'bad-signature';

export const ticketPrefix = 'PT1.';
export const ticketTextLength = 212;

const singleUseAt = entryClaimsLength;
const signatureAt = singleUseAt + 1;
const ticketLength = 156;

/** `privateKey` is the issuing edge's Ed25519 key, PKCS#8 DER in base64url. */
export function encodeTicket(claims: TicketClaims, privateKey: string): string {
  const bytes = new Uint8Array(ticketLength);
  writeEntryClaims(bytes, entryKinds.ticket, claims);
  bytes[singleUseAt] = claims.singleUse ? 1 : 0;
  bytes.set(signBytes(privateKey, bytes.subarray(0, signatureAt)), signatureAt);
  return ticketPrefix + toBase64url(bytes);
}

export function readTicket(text: string): Result<Ticket, TicketProblem> {
  if (!/^PT\d+\./.test(text)) return err('not-a-ticket');
  if (!text.startsWith(ticketPrefix)) return err('unknown-version');
  if (text.length < ticketTextLength) return err('truncated');
  if (text.length > ticketTextLength) return err('malformed');
  const encoded = text.slice(ticketPrefix.length);
  const bytes = fromBase64url(encoded);
  // The decoder skips characters that it does not know and takes two alphabets; there is one text for one ticket.
  if (toBase64url(bytes) !== encoded) return err('malformed');
  if (bytes[0] !== entryLayoutVersion) return err('unknown-version');
  const singleUse = bytes[singleUseAt];
  if (bytes[1] !== entryKinds.ticket || (singleUse !== 0 && singleUse !== 1)) return err('malformed');
  const claims = readEntryClaims(bytes);
  if (!claims) return err('malformed');
  return ok({
    ...claims,
    singleUse: singleUse === 1,
    signedBytes: bytes.slice(0, signatureAt),
    signature: bytes.slice(signatureAt),
  });
}

/**
 * Null when the ticket may be believed: it is of this network and signed by an edge in good standing. `issuerKey` is the
 * key of `ticket.issuerEdgeId`. Dates, clubs and whether it is spent are the access rule's business (core/access).
 */
export function ticketProblem(
  ticket: Ticket,
  reader: { readonly networkId: NetworkId; readonly issuerKey: IssuerKey | null },
): TicketProblem | null {
  return issuerProblem(ticket, reader);
}
