import { PrimaryBar } from '../parts/primary-bar.tsx';
import { PageBar, Paragraphs, ReaderPages } from '../parts/reader.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { usePages } from '../parts/use-pages.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** The mandate on a screen of its own, so that nobody signs it without having had it before their eyes (Q12). */
export function MandateScreen({ screen, act }: ScreenProps<'mandate'>) {
  const { say } = useWords();
  const pages = usePages();
  const [heading = '', ...paragraphs] = screen.text;
  return (
    <ScreenFrame
      title={say('mandate.question')}
      lead={say('mandate.lead')}
      position={screen}
      middle={
        <ReaderPages pages={pages} label={say('mandate.text')} testId="mandate-text">
          <h2>{heading.replace(/^# /, '')}</h2>
          <Paragraphs text={paragraphs} />
          <p className="for-staff">{say('contract.version', { version: screen.wordingVersion })}</p>
        </ReaderPages>
      }
    >
      {pages.count > 1 ? <PageBar pages={pages} of="mandate" /> : null}
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={() => act({ type: 'mandate-read' })}
        continueWords={say('mandate.continue')}
        continueTestId="mandate-continue"
      />
    </ScreenFrame>
  );
}
