import { Check } from 'lucide-react';
import { useState } from 'react';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** What is needed is told, what is free is asked: off unless the person says yes, both answers of equal weight. */
export function ConsentsScreen({ screen, act }: ScreenProps<'consents'>) {
  const { say } = useWords();
  const [news, setNews] = useState(screen.answers.newsConsent ?? false);
  return (
    <ScreenFrame
      title={say('consents.question')}
      lead={say('consents.lead')}
      position={screen}
      middle={
        <div className="card two-parts">
          <div>
            <h2>{say('consents.needed-title')}</h2>
            <p>{say('consents.needed-text')}</p>
          </div>
          <div>
            <h2>{say('consents.free-title')}</h2>
            <p>{say('consents.free-text')}</p>
          </div>
        </div>
      }
    >
      <div className="doors">
        {[true, false].map((answer) => (
          <Press
            key={String(answer)}
            kind="choice"
            testId={answer ? 'news-yes' : 'news-no'}
            selected={news === answer}
            className="door"
            onPress={() => setNews(answer)}
          >
            {news === answer ? <Check aria-hidden="true" className="icon" /> : null}
            {say(answer ? 'consents.yes' : 'consents.no')}
          </Press>
        ))}
      </div>
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={() => act({ type: 'give-consents', news })}
      />
    </ScreenFrame>
  );
}
