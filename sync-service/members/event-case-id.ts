import type { CaseId } from '@portillon/core/base/ids.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';

/**
 * Id of a case that the base opens by itself while it applies an event, the `index`-th of that event from 0. Made from the event,
 * so that a base which applies it again (restored, rebuilt) opens the same case and no second one. A UUID of version 8 (RFC
 * 9562 §5.8).
 */
export function eventCaseId(edgeId: string, seq: number, index: number): CaseId {
  return idOf(`portillon-event-case-1 ${edgeId} ${seq} ${index}`);
}

/** Id of the case about a sale that was paid by a terminal of somebody else. Made from the sale, for the same reason. */
export function otherSellersTerminalCaseId(saleId: string): CaseId {
  return idOf(`portillon-other-sellers-terminal-case-1 ${saleId}`);
}

/** Id of the case about a payment terminal that nobody expects where it was told. */
export function terminalCaseId(edgeId: string, name: string, at: string): CaseId {
  return idOf(`portillon-terminal-case-1 ${edgeId} ${name} ${at}`);
}

function idOf(words: string): CaseId {
  const hex = sha256Hex(words);
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(18, 20)}`,
    hex.slice(20, 32),
  ].join('-') as CaseId;
}

/** Ids of the cases of one event, in the order in which it opens them. */
export function eventCaseIds(edgeId: string, seq: number): () => CaseId {
  let next = 0;
  return () => eventCaseId(edgeId, seq, next++);
}
