import { type Fault, fault } from '../base/fault-codes.ts';
import type { Chain } from './record-layout.ts';

/** The last record of a chain. */
export interface ChainHead {
  readonly chain: Chain;
  readonly no: number;
  readonly signature: string;
}

/** How what is on the disk stands to what was known elsewhere (FJ17). */
export type AnchorAnswer =
  | 'same'
  /** There is more on the disk than was known: the usual case. */
  | 'ahead'
  /** The disk holds an older copy: records that were seen elsewhere are gone. Nothing may be sold. */
  | 'behind'
  /** The disk holds other records than were seen elsewhere. Nothing may be sold. */
  | 'forked';

/**
 * Compares heads that were noted somewhere else with those on the disk. `signatureAt` gives the signature of an older
 * record of the disk; without it a fork is seen only where both stand at the same number.
 */
export function compareAnchor(
  anchor: readonly ChainHead[],
  heads: readonly ChainHead[],
  signatureAt?: (chain: Chain, no: number) => string | null,
): AnchorAnswer {
  let worst: AnchorAnswer = heads.some(({ chain }) => !anchor.some((known) => known.chain === chain))
    ? 'ahead'
    : 'same';
  for (const known of anchor) {
    const answer = compareHead(
      known,
      heads.find(({ chain }) => chain === known.chain),
      signatureAt,
    );
    if (severity.indexOf(answer) > severity.indexOf(worst)) worst = answer;
  }
  return worst;
}

const severity: readonly AnchorAnswer[] = ['same', 'ahead', 'behind', 'forked'];

function compareHead(
  known: ChainHead,
  here: ChainHead | undefined,
  signatureAt?: (chain: Chain, no: number) => string | null,
): AnchorAnswer {
  if (!here || here.no < known.no) return 'behind';
  if (here.no === known.no) return here.signature === known.signature ? 'same' : 'forked';
  const older = signatureAt?.(known.chain, known.no) ?? null;
  return older !== null && older !== known.signature ? 'forked' : 'ahead';
}

/** Null when selling may go on. */
export function anchorFault(answer: AnchorAnswer): Fault | null {
  switch (answer) {
    case 'behind':
      return fault('journal.older-copy', 'records that were seen elsewhere are not on this disk');
    case 'forked':
      return fault('journal.forked', 'another record was seen elsewhere under the same number');
    default:
      return null;
  }
}
