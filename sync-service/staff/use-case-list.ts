import { useEffect, useState } from 'react';
import { type CaseList, caseListSchema } from '../http/staff/case-view.ts';
import type { LiveView } from '../http/staff/live-view.ts';

export interface Cases {
  /** Null until the first answer for this club. */
  readonly list: CaseList | null;
  /** The last request came to nothing; the list is that of before. */
  readonly failed: boolean;
}

/** The cases of a club, or of all with `''`, read again whenever the live stream counts differently. */
export function useCaseList(
  clubId: string,
  counts: LiveView['cases'],
  connected: boolean,
  /** How many of each are wanted. */
  wanted: { readonly open: number; readonly settled: number },
): Cases {
  const [found, setFound] = useState<Cases & { readonly clubId: string }>({
    clubId,
    list: null,
    failed: false,
  });
  const { open, settled } = counts;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the counts and the connection say when to read again
  useEffect(() => {
    const left = new AbortController();
    readCases(clubId, wanted, left.signal)
      .then((list) => setFound({ clubId, list, failed: false }))
      .catch(() => {
        if (left.signal.aborted) return;
        setFound((before) => ({
          clubId,
          list: before.clubId === clubId ? before.list : null,
          failed: true,
        }));
      });
    return () => left.abort();
  }, [clubId, open, settled, connected, wanted.open, wanted.settled]);
  return found.clubId === clubId ? found : { list: null, failed: false };
}

async function readCases(
  clubId: string,
  { open, settled }: { readonly open: number; readonly settled: number },
  signal: AbortSignal,
): Promise<CaseList> {
  const ofClub = clubId === '' ? '' : `&clubId=${clubId}`;
  const response = await fetch(`api/cases?open=${open}&settled=${settled}${ofClub}`, { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return caseListSchema.parse(await response.json());
}
