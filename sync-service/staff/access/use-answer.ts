import { useCallback, useEffect, useState } from 'react';
import type { z } from 'zod';

export interface Answer<Shown> {
  /** Null until the first answer for this address. */
  readonly shown: Shown | null;
  /** The last request came to nothing; what is shown is that of before. */
  readonly failed: 'no-answer' | 'not-found' | null;
  readonly askAgain: () => void;
}

/**
 * What the base answers at an address, asked again whenever `news` changes: something that the live stream tells. Nothing is
 * asked while the address is null.
 */
export function useAnswer<Shown>(
  path: string | null,
  schema: z.ZodType<Shown>,
  news: unknown,
): Answer<Shown> {
  const [found, setFound] = useState<{ path: string | null } & Omit<Answer<Shown>, 'askAgain'>>({
    path,
    shown: null,
    failed: null,
  });
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `news` and `asked` say when to ask again
  useEffect(() => {
    if (path === null) return;
    const left = new AbortController();
    read(path, schema, left.signal)
      .then((shown) => setFound({ path, shown, failed: shown === null ? 'not-found' : null }))
      .catch(() => {
        if (left.signal.aborted) return;
        setFound((before) => ({
          path,
          shown: before.path === path ? before.shown : null,
          failed: 'no-answer',
        }));
      });
    return () => left.abort();
  }, [path, news, asked]);
  const askAgain = useCallback(() => setAsked((count) => count + 1), []);
  const { shown, failed } = found.path === path ? found : { shown: null, failed: null };
  return { shown, failed, askAgain };
}

async function read<Shown>(
  path: string,
  schema: z.ZodType<Shown>,
  signal: AbortSignal,
): Promise<Shown | null> {
  const response = await fetch(`api/${path}`, { signal });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return schema.parse(await response.json());
}
