import { PrimaryBar } from '../parts/primary-bar.tsx';
import { PageBar, Paragraphs, ReaderPages } from '../parts/reader.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { usePages } from '../parts/use-pages.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** The main points on the first page, the full text behind them. */
export function ContractScreen({ screen, act }: ScreenProps<'contract'>) {
  const { say } = useWords();
  const pages = usePages();
  return (
    <ScreenFrame
      title={say('contract.question')}
      lead={say('contract.lead')}
      position={screen}
      middle={
        <ReaderPages pages={pages} label={say('contract.text')} testId="contract-text">
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
          <Paragraphs text={screen.text} />
          <p className="for-staff">{say('contract.version', { version: screen.wordingVersion })}</p>
        </ReaderPages>
      }
    >
      <PageBar pages={pages} of="contract" />
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={() => act({ type: 'contract-read' })}
        continueWords={say('contract.continue')}
        continueTestId="contract-continue"
      />
    </ScreenFrame>
  );
}
