import { type FiscalAnchor, type FiscalHead, fiscalChainLimit } from '@portillon/core/wire/messages.ts';

/** An anchor as the base keeps it. */
export interface KeptAnchor extends FiscalAnchor {
  /** Counter of the request that told it. */
  readonly counter: number;
}

/** A chain that no longer holds what the base was told of it. */
export interface Rollback {
  readonly chain: string;
  /** The number that the base knew. */
  readonly knownNo: number;
  /** What was known and what is told now, for a person to compare. */
  readonly detail: string;
}

export interface FiscalVerdict {
  /** Heads above all that was known. */
  readonly news: readonly FiscalHead[];
  readonly rollbacks: readonly Rollback[];
  /** Heads of chains beyond the limit (W-FISCAL-6). */
  readonly notKept: readonly FiscalHead[];
}

/** What an edge's heads say against what it had told before (W-FISCAL-1, W-FISCAL-3, W-FISCAL-5, W-FISCAL-6). */
export function fiscalVerdict(
  known: readonly KeptAnchor[],
  heads: readonly FiscalHead[],
  counter: number,
): FiscalVerdict {
  const told = new Map(heads.map((head) => [head.chain, head]));
  const rollbacks: Rollback[] = [];
  const news: FiscalHead[] = [];
  for (const anchor of known) {
    const head = told.get(anchor.chain) ?? null;
    if (head && head.no > anchor.no) news.push(head);
    else if (head?.no === anchor.no && head.signature === anchor.signature) continue;
    else if (counter > anchor.counter) rollbacks.push(rollback(anchor, head));
  }
  const chains = new Set(known.map(({ chain }) => chain));
  const fresh = heads.filter(({ chain }) => !chains.has(chain));
  const room = Math.max(0, fiscalChainLimit - chains.size);
  return { news: [...news, ...fresh.slice(0, room)], rollbacks, notKept: fresh.slice(room) };
}

function rollback(anchor: KeptAnchor, head: FiscalHead | null): Rollback {
  const before = `chain ${anchor.chain}: told on ${anchor.at}: no. ${anchor.no}, ${anchor.signature}`;
  const now = head ? `no. ${head.no}, ${head.signature}` : 'no record';
  return { chain: anchor.chain, knownNo: anchor.no, detail: `${before}; now: ${now}` };
}
