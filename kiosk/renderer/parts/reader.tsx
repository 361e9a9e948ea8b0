import { ChevronDown, ChevronUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWords } from '../words.ts';
import { Press } from './press.tsx';
import type { Pages } from './use-pages.ts';

/** A text to be read before a signature, a page at a time: no line is ever cut. */
export function ReaderPages({
  pages,
  label,
  testId,
  children,
}: {
  pages: Pages;
  label: string;
  testId: string;
  children: ReactNode;
}) {
  return (
    <div className="reader">
      <section className="reader-pages" ref={pages.ref} data-pager data-testid={testId} aria-label={label}>
        {children}
      </section>
    </div>
  );
}

/** Turns the pages; nobody is made to reach the last one, as if that were proof of reading. */
export function PageBar({ pages, of }: { pages: Pages; of: 'contract' | 'mandate' }) {
  const { say } = useWords();
  return (
    <div className="page-bar">
      <Press testId={`${of}-page-up`} onPress={() => pages.show(pages.page - 1)}>
        <ChevronUp aria-hidden="true" className="icon" />
        {say('contract.page-up')}
      </Press>
      <p className="page-count" role="status" data-testid={`${of}-page`}>
        {say('contract.page', { page: pages.page, count: pages.count })}
      </p>
      <Press testId={`${of}-page-down`} onPress={() => pages.show(pages.page + 1)}>
        <ChevronDown aria-hidden="true" className="icon" />
        {say('contract.page-down')}
      </Press>
    </div>
  );
}

/** A paragraph that starts with `# ` is a heading; the same words may come twice, so the place is part of the key. */
export function Paragraphs({ text }: { text: readonly string[] }) {
  return text.map((paragraph, index) => {
    const key = `${index} ${paragraph.slice(0, 20)}`;
    return paragraph.startsWith('# ') ? (
      <h3 key={key}>{paragraph.slice(2)}</h3>
    ) : (
      <p key={key}>{paragraph}</p>
    );
  });
}
