import { fromBase64url } from '../crypto/base64url.ts';
import { signatureHolds } from '../crypto/signing-key.ts';
import { type PushReceipt, receiptToSign } from './push-receipt.ts';

/** True when the network signed exactly this, for this edge. */
export function receiptHolds(networkKey: string, edgeId: string, receipt: PushReceipt): boolean {
  return signatureHolds(networkKey, receiptToSign(edgeId, receipt), fromBase64url(receipt.signature));
}
