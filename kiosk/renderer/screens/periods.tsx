import { formatDay } from '@portillon/ui/format/date.ts';
import { Press } from '../parts/press.tsx';
import { PricedChoice } from '../parts/priced-choice.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** The next period of the same plan, or of another one. Its price leads to the terminal. */
export function PeriodsScreen({ screen, view, act }: ScreenProps<'periods'>) {
  const { say, language } = useWords();
  return (
    <ScreenFrame
      phase={screen.change ? 'change' : 'renew'}
      title={say(screen.change ? 'periods.change' : 'periods.renew')}
      lead={say('periods.lead')}
      middle={
        <ul className="card day-entry-terms">
          <li>{say('periods.same-card', { credential: view.credential })}</li>
          <li>{say('periods.once')}</li>
        </ul>
      }
    >
      <div className="choices">
        {screen.offers.map((offer) => (
          <PricedChoice
            key={offer.planId}
            testId={`period-${offer.planId}`}
            name={offer.name[language]}
            priceCents={offer.priceCents}
            onPress={() =>
              act({
                type: 'buy-period',
                planId: offer.planId,
                from: offer.from,
                priceCents: offer.priceCents,
              })
            }
          >
            <span>{offer.description[language]}</span>
            <span>
              {say('periods.from-to', {
                from: formatDay(offer.from, language),
                through: formatDay(offer.through, language),
              })}
            </span>
          </PricedChoice>
        ))}
      </div>
      <div className="primary-bar">
        <Press testId="back" onPress={() => act({ type: 'back' })}>
          {say('common.back')}
        </Press>
      </div>
    </ScreenFrame>
  );
}
