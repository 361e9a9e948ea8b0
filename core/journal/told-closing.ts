import { sha256Hex } from '../crypto/digest.ts';
import { type ClosingPayload, closingPayloadSchema } from './closing.ts';
import { fiscalSignatureHolds, keyId } from './fiscal-key.ts';
import { readFields } from './record-layout.ts';

/** A closing as a till tells it to the member base: the record, word for word, and the public key that signed it. */
export interface ToldClosing {
  readonly text: string;
  readonly payload: string;
  readonly signature: string;
  /** SPKI DER in base64. */
  readonly publicKey: string;
}

export interface ReadClosing {
  readonly closing: ClosingPayload;
  /** Signature of the closing before it in the chain of this till; empty for the first. */
  readonly previousSignature: string;
}

/** What the record says, once signature and digest hold and string and payload agree (FJ26); or why it is not believed. */
export function readToldClosing({ text, payload, signature, publicKey }: ToldClosing): ReadClosing | string {
  const fields = readFields('C1', text);
  if (!fields) return 'it is no closing';
  if (keyId(Buffer.from(publicKey, 'base64')) !== fields.kid) return 'its key is not the one that it names';
  if (!fiscalSignatureHolds(publicKey, text, signature)) return 'its signature does not hold';
  if (sha256Hex(payload) !== fields.payload) return 'its payload is not the one that was signed';
  const closing = closingPayloadSchema.safeParse(parsedOrNull(payload));
  if (!closing.success) return 'its payload cannot be read';
  const { est, till, no, level, period, total, perpSigned, perpAbs } = closing.data;
  const told = [est, till, no, level, period.replaceAll('-', ''), total, perpSigned, perpAbs].map(String);
  const signed = [
    fields.est,
    fields.till,
    fields.no,
    fields.level,
    fields.period,
    fields.total,
    fields.perp,
    fields.perpAbs,
  ];
  if (told.some((value, index) => value !== signed[index])) return 'its string and its payload do not agree';
  return { closing: closing.data, previousSignature: fields.prev };
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused by the schema
  }
}
