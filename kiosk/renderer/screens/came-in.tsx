import { formatTimeOfDay } from '@portillon/ui/format/time-of-day.ts';
import { UserRound } from 'lucide-react';
import { Notice } from '../parts/notice.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

type Person = ScreenProps<'came-in'>['screen']['people'][number];

/** Staff compare who came in with who it should be; told anew while it is shown. */
export function CameInScreen({ screen: { people, fromRepair }, act }: ScreenProps<'came-in'>) {
  const { say } = useWords();
  return (
    <ScreenFrame
      title={say('came-in.title')}
      lead={say('came-in.lead')}
      middle={
        people.length === 0 ? (
          <Notice tone="info" title={say('came-in.nobody-yet')} testId="nobody-yet" />
        ) : (
          <ol className="came-in" data-testid="came-in">
            {people.map((person) => (
              <Row key={person.atMs} person={person} />
            ))}
          </ol>
        )
      }
    >
      <PrimaryBar
        {...(fromRepair ? { onBack: () => act({ type: 'back' }) } : {})}
        continueTestId="finish"
        continueWords={say('repair.finish')}
        onContinue={() => act({ type: 'finish' })}
      />
    </ScreenFrame>
  );
}

function Row({ person: { at, who, name, photo } }: { person: Person }) {
  const { say, language } = useWords();
  return (
    <li className="card" data-who={who}>
      {photo === null ? (
        <span className="came-in-photo">
          <UserRound aria-hidden="true" className="icon" />
        </span>
      ) : (
        <img className="came-in-photo" src={photo} alt={say('came-in.photo-of', { name: name ?? '' })} />
      )}
      <div>
        <p className={who === 'own' ? 'came-in-name' : ''}>{who === 'own' ? name : say(`came-in.${who}`)}</p>
        <p>
          {formatTimeOfDay(at, language)}
          {who === 'own' && photo === null ? ` · ${say('came-in.no-photo')}` : null}
        </p>
      </div>
    </li>
  );
}
