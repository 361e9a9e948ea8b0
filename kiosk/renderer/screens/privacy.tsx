import { formatDay } from '@portillon/ui/format/date.ts';
import { Check } from 'lucide-react';
import type { ConsentShown } from '../../bridge/view.ts';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** What a member said yes or no to, each leading to its words; and what can be asked of their data. No name stands here. */
export function PrivacyScreen({ screen, act }: ScreenProps<'privacy'>) {
  const { say } = useWords();
  const stateWords = useConsentState();
  return (
    <ScreenFrame
      title={say('privacy.title')}
      lead={say('privacy.lead')}
      middle={
        <div className="told">
          {screen.noted === null ? null : (
            <Notice tone="done" title={say('privacy.noted')} testId="noted">
              <p>{say(`privacy.${screen.noted}`)}</p>
            </Notice>
          )}
          {screen.partly ? (
            <Notice tone="info" testId="partly">
              <p>{say('privacy.partly')}</p>
            </Notice>
          ) : null}
        </div>
      }
    >
      <div className="choices">
        {screen.consents.map((consent) => (
          <Press
            key={consent.purpose}
            kind="choice"
            testId={`door-${consent.purpose}`}
            className="plan"
            onPress={() => act({ type: 'open-privacy', part: consent.purpose })}
          >
            <span className="choice-name">{say(`privacy.${consent.purpose}`)}</span>
            <span>{stateWords(consent)}</span>
          </Press>
        ))}
        {(['copy', 'erasure'] as const).map((asks) => (
          <Press
            key={asks}
            kind="choice"
            testId={`door-${asks}`}
            className="plan"
            onPress={() => act({ type: 'open-privacy', part: asks })}
          >
            <span className="choice-name">{say(`privacy.${asks}`)}</span>
            {screen.requested.includes(asks) ? (
              <span>
                <Check aria-hidden="true" className="icon" /> {say('privacy.requested')}
              </span>
            ) : null}
          </Press>
        ))}
      </div>
      <div className="primary-bar">
        <Press testId="back" onPress={() => act({ type: 'back' })}>
          {say('common.back')}
        </Press>
        <Press testId="finish" onPress={() => act({ type: 'finish' })}>
          {say('account.finish')}
        </Press>
      </div>
    </ScreenFrame>
  );
}

/** What was said, and since when. */
export function useConsentState(): (consent: ConsentShown) => string {
  const { say, language } = useWords();
  return ({ state, since }) =>
    say(`privacy.state.${state}`, { day: since === null ? '' : formatDay(since, language) });
}
