import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

export interface Pages {
  readonly ref: RefObject<HTMLElement | null>;
  /** From 1. */
  readonly page: number;
  readonly count: number;
  /** A page out of range shows the nearest one. */
  show(page: number): void;
}

/**
 * Pages of a text that CSS breaks into columns as wide as their box: one column is one page, and turning a page is
 * scrolling one column on.
 */
export function usePages(): Pages {
  const ref = useRef<HTMLElement>(null);
  const [page, setPage] = useState(1);
  const [count, setCount] = useState(1);

  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () =>
      setCount(Math.max(1, Math.round((element.scrollWidth + gap(element)) / stride(element))));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    void document.fonts.ready.then(measure);
    return () => observer.disconnect();
  }, []);

  function show(wanted: number) {
    const next = Math.min(Math.max(1, wanted), count);
    setPage(next);
    if (ref.current !== null) ref.current.scrollLeft = (next - 1) * stride(ref.current);
  }

  return { ref, page: Math.min(page, count), count, show };
}

function gap(element: HTMLElement): number {
  return Number.parseFloat(getComputedStyle(element).columnGap) || 0;
}

function stride(element: HTMLElement): number {
  return element.clientWidth + gap(element);
}
