import { formatEuros } from '@portillon/ui/format/money.ts';
import { Press } from '../parts/press.tsx';
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
          <Press
            key={entry.planId}
            kind="choice"
            testId={`day-entry-${entry.planId}`}
            className="plan"
            onPress={() => act({ type: 'buy-day-entry', planId: entry.planId })}
          >
            <span className="plan-words">
              <span className="choice-name">{entry.name[language]}</span>
              <span>{entry.description[language]}</span>
            </span>
            <span className="plan-price">
              <span className="price">{formatEuros(entry.priceCents, language)}</span>
              <span>{say('day-entry.pay')}</span>
            </span>
          </Press>
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
