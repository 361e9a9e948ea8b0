import { formatTimeOfDay } from '@portillon/ui/format/time-of-day.ts';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { catalogues, nativeLanguageNames, useWords } from '../words.ts';

const languages = ['fr', 'en'] as const;

/** Nobody is here. What does not work is said before anybody begins; the languages are already buttons. */
export function AttractScreen({ screen, view, act }: ScreenProps<'attract'>) {
  const { say, language } = useWords();
  const { join, dayEntry, membership, code } = screen.offers;
  const canStart = membership || [join, dayEntry, code].some((offer) => offer?.possible);
  return (
    <ScreenFrame
      tone="deep"
      canLeave={false}
      crown={
        <div className="gate-bars" aria-hidden="true">
          <span />
          <span />
        </div>
      }
      title={say(`attract.line.${view.club.brand}`)}
      lead={say('attract.lead', { credential: view.credential })}
      middle={
        screen.openUntil === null ? null : (
          <p className="attract-open">
            {say('attract.open-until', {
              club: view.club.name,
              time: formatTimeOfDay(screen.openUntil, language),
            })}
          </p>
        )
      }
    >
      {join.possible ? null : (
        <Notice tone="watch" title={say('attract.stop.title')} testId="join-not-possible">
          <p>
            {say(`attract.stop.${join.why}`)} {say('attract.stop.advice')}
          </p>
          <p className="for-staff">{say('trouble.code', { code: join.faultCode })}</p>
        </Notice>
      )}
      {canStart && !screen.offers.paperReceipt ? (
        <Notice tone="info" testId="no-paper">
          <p>{say('attract.no-paper')}</p>
        </Notice>
      ) : null}
      <div className="doors">
        {languages.map((offered) => (
          <Press
            key={offered}
            kind="choice"
            testId={`language-${offered}`}
            className="language-door"
            onPress={() => act({ type: canStart ? 'start' : 'choose-language', language: offered })}
          >
            <span lang={offered} className="choice-name">
              {nativeLanguageNames[offered]}
            </span>
            {canStart ? <span lang={offered}>{catalogues[offered]['attract.start']}</span> : null}
          </Press>
        ))}
      </div>
    </ScreenFrame>
  );
}
