import { Camera } from 'lucide-react';
import type { ReactNode } from 'react';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';
import { PhotoFacts } from './photo.tsx';
import { useConsentState } from './privacy.tsx';

const wordsOf = {
  photo: {
    question: 'photo.question',
    lead: 'photo.lead',
    yes: 'photo.consent-yes',
    no: 'consent.no-photo',
  },
  news: { question: 'consents.question', lead: 'consents.lead', yes: 'consents.yes', no: 'consents.no' },
} as const;

/** One purpose: what was said, to which words, and what can be said instead. */
export function ConsentScreen(props: ScreenProps<'consent'>) {
  return props.screen.canSay.yes ? <Asked {...props} /> : <Said {...props} />;
}

/** The words of the question as at a purchase, whose digest goes with the answer (CL2): no sentence less. */
function Asked({ screen, act }: ScreenProps<'consent'>) {
  const { say } = useWords();
  const stateWords = useConsentState();
  const { purpose } = screen.consent;
  const words = wordsOf[purpose];
  const untilNow = (
    <div>
      <h2>{say('consent.until-now')}</h2>
      <p>{stateWords(screen.consent)}</p>
    </div>
  );
  return (
    <ScreenFrame
      phase="asked"
      title={say(words.question)}
      lead={say(words.lead)}
      middle={
        purpose === 'photo' ? (
          <div className="told">
            <PhotoFacts />
            <div className="card">{untilNow}</div>
          </div>
        ) : (
          <div className="card two-parts">
            <div>
              <h2>{say('consents.free-title')}</h2>
              <p>{say('consents.free-text')}</p>
            </div>
            {untilNow}
          </div>
        )
      }
    >
      <div className={purpose === 'photo' ? 'choices' : 'doors'}>
        <Press
          kind="choice"
          testId="say-yes"
          className="door"
          onPress={() => act({ type: 'say-consent', purpose, given: true })}
        >
          {purpose === 'photo' ? <Camera aria-hidden="true" className="icon" /> : null}
          {say(words.yes)}
        </Press>
        {screen.canSay.no ? (
          <Press
            kind="choice"
            testId="say-no"
            className="door"
            onPress={() => act({ type: 'say-consent', purpose, given: false })}
          >
            {say(words.no)}
          </Press>
        ) : null}
      </div>
      <BackBar act={act} />
    </ScreenFrame>
  );
}

function Said({ screen, act }: ScreenProps<'consent'>) {
  const { say } = useWords();
  const stateWords = useConsentState();
  const { consent, words, canSay } = screen;
  return (
    <ScreenFrame
      phase={consent.state}
      title={say(`privacy.${consent.purpose}`)}
      lead={stateWords(consent)}
      middle={
        words === null ? null : (
          <section className="card consent-words" data-testid="words">
            <h2>{say('consent.words')}</h2>
            {words.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </section>
        )
      }
    >
      {canSay.no ? (
        <Notice tone="info">
          <p>{say(`consent.after.${consent.purpose}`)}</p>
        </Notice>
      ) : null}
      <BackBar act={act}>
        {canSay.no ? (
          <Press
            kind="primary"
            testId="say-no"
            onPress={() => act({ type: 'say-consent', purpose: consent.purpose, given: false })}
          >
            {say('consent.take-back')}
          </Press>
        ) : null}
      </BackBar>
    </ScreenFrame>
  );
}

function BackBar({ act, children }: Pick<ScreenProps<'consent'>, 'act'> & { children?: ReactNode }) {
  const { say } = useWords();
  return (
    <div className="primary-bar">
      <Press testId="back" onPress={() => act({ type: 'back' })}>
        {say('common.back')}
      </Press>
      {children}
    </div>
  );
}
