import type { OutboxEvent } from '../wire/event.ts';
import { sha256Hex } from './digest.ts';

/** The chain of an edge's events: each hash covers the one before it, so that nothing can be slipped in or out. */
export const genesisHash = '0'.repeat(64);

export function eventHash(prevHash: string, seq: number, eventId: string, body: string): string {
  return sha256Hex(['portillon-event-1', prevHash, String(seq), eventId, body].join('\n'));
}

/** Null when `event` follows `(prevSeq, prevHash)` and its hash holds; otherwise what is wrong. */
export function chainBreak(prevSeq: number, prevHash: string, event: OutboxEvent): string | null {
  if (event.seq !== prevSeq + 1) return `number ${event.seq} does not follow ${prevSeq}`;
  if (event.prevHash !== prevHash) return `event ${event.seq} does not link to the one before it`;
  if (event.hash !== eventHash(event.prevHash, event.seq, event.eventId, event.body)) {
    return `the hash of event ${event.seq} does not match its content`;
  }
  return null;
}
