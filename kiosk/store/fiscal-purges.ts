import type { Chain } from '@portillon/core/journal/record-layout.ts';
import type { Reader } from './connection.ts';

/** Up to where line data of a chain were purged, and the archive that holds them. */
export interface PurgedThrough {
  readonly no: number;
  readonly signature: string;
  readonly archiveNo: number;
}

/** Null when nothing of the chain was purged. */
export function purgedThrough(read: Reader, chain: Chain): Promise<PurgedThrough | null> {
  return read.get<PurgedThrough>(
    `SELECT through_no AS no, through_signature AS signature, archive_no AS archiveNo
     FROM fiscal_purge WHERE chain = ? ORDER BY through_no DESC LIMIT 1`,
    [chain],
  );
}
