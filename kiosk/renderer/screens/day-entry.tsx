import { Press } from '../parts/press.tsx';
import { PricedChoice } from '../parts/priced-choice.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** One entry today. The price is the button that leads to the terminal; what is agreed to stands above it. */
export function DayEntryScreen({ screen, act }: ScreenProps<'day-entry'>) {
  const { say, language } = useWords();
  return (
    <ScreenFrame
      title={say('day-entry.title')}
      lead={say('day-entry.lead')}
      middle={
        <ul className="card day-entry-terms">
          <li>{say('day-entry.once')}</li>
          <li>{say('day-entry.adult')}</li>
          <li>{say('day-entry.no-name')}</li>
        </ul>
      }
    >
      <div className="choices">
        {screen.entries.map((entry) => (
          <PricedChoice
            key={entry.planId}
            testId={`day-entry-${entry.planId}`}
            name={entry.name[language]}
            priceCents={entry.priceCents}
            onPress={() => act({ type: 'buy-day-entry', planId: entry.planId })}
          >
            <span>{entry.description[language]}</span>
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
