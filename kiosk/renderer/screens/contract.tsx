import { ChevronDown, ChevronUp } from 'lucide-react';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { usePages } from '../parts/use-pages.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/**
 * The main points on the first page, the full text behind them, a page at a time: no line is ever cut, and nobody is
 * made to scroll to the end as if that were proof of reading.
 */
export function ContractScreen({ screen, act }: ScreenProps<'contract'>) {
  const { say } = useWords();
  const pages = usePages();
  return (
    <ScreenFrame
      title={say('contract.question')}
      lead={say('contract.lead')}
      position={screen}
      middle={
        <div className="reader">
          <section
            className="reader-pages"
            ref={pages.ref}
            data-pager
            data-testid="contract-text"
            aria-label={say('contract.text')}
          >
            <div className="reader-short">
              <h2>{say('contract.in-short')}</h2>
              <dl>
                {screen.summary.map((point) => (
                  <div key={point.title}>
                    <dt>{point.title}</dt>
                    <dd>{point.text}</dd>
                  </div>
                ))}
              </dl>
            </div>
            <h2 className="reader-full">{say('contract.full')}</h2>
            {paragraphs(screen.text).map(({ key, heading, words }) =>
              heading ? <h3 key={key}>{words}</h3> : <p key={key}>{words}</p>,
            )}
            <p className="for-staff">{say('contract.version', { version: screen.wordingVersion })}</p>
          </section>
        </div>
      }
    >
      <div className="page-bar">
        <Press testId="contract-page-up" onPress={() => pages.show(pages.page - 1)}>
          <ChevronUp aria-hidden="true" className="icon" />
          {say('contract.page-up')}
        </Press>
        <p className="page-count" role="status" data-testid="contract-page">
          {say('contract.page', { page: pages.page, count: pages.count })}
        </p>
        <Press testId="contract-page-down" onPress={() => pages.show(pages.page + 1)}>
          <ChevronDown aria-hidden="true" className="icon" />
          {say('contract.page-down')}
        </Press>
      </div>
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={() => act({ type: 'contract-read' })}
        continueWords={say('contract.continue')}
        continueTestId="contract-continue"
      />
    </ScreenFrame>
  );
}

/** A paragraph that starts with `# ` is a heading; the same words may come twice, so the place is part of the key. */
function paragraphs(text: readonly string[]): { key: string; heading: boolean; words: string }[] {
  return text.map((paragraph, index) => ({
    key: `${index} ${paragraph.slice(0, 20)}`,
    heading: paragraph.startsWith('# '),
    words: paragraph.replace(/^# /, ''),
  }));
}
