import { formatDay } from '@portillon/ui/format/date.ts';
import { formatEuros } from '@portillon/ui/format/money.ts';
import type { ScreenMessage } from '../../bridge/messages.ts';
import type { Answers } from '../../bridge/view.ts';
import { AmountBar } from '../parts/amount-bar.tsx';
import { perTerm } from '../parts/per-term.ts';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords, type Words } from '../words.ts';

type Changeable = Extract<ScreenMessage, { type: 'change-answer' }>['screen'];

/** Everything that goes into the contract, before anything binds; each line can be changed and returns here. */
export function CheckScreen({ screen, act }: ScreenProps<'check'>) {
  const words = useWords();
  const { say, language } = words;
  const { answers, plan } = screen;
  const lines: { change: Changeable; label: string; value: string }[] = [
    {
      change: 'plan',
      label: say('check.plan'),
      value: `${plan.name[language]}, ${formatEuros(plan.priceCents, language)} ${perTerm(plan, say)}`,
    },
    { change: 'name', label: say('check.name'), value: `${answers.givenName} ${answers.familyName}` },
    {
      change: 'birth-date',
      label: say('check.birth-date'),
      value: answers.birthDate === null ? say('check.unanswered') : formatDay(answers.birthDate, language),
    },
    { change: 'contact', label: say('check.contact'), value: contactWords(answers, words) },
    ...(screen.asksAccount
      ? [{ change: 'iban' as const, label: say('check.account'), value: accountWords(answers, words) }]
      : []),
    {
      change: 'photo',
      label: say('check.photo'),
      value: answers.photo === 'unanswered' ? say('check.unanswered') : say(`check.photo.${answers.photo}`),
    },
    {
      change: 'consents',
      label: say('check.news'),
      value: say(answers.newsConsent === true ? 'check.news.yes' : 'check.news.no'),
    },
  ];
  return (
    <ScreenFrame
      title={say('check.question')}
      lead={say('check.lead')}
      position={screen}
      middle={<AmountBar cents={plan.todayCents} label={say('plan.today')} testId="today" />}
    >
      <ul className="answers">
        {lines.map((line) => (
          <li key={line.change}>
            <span className="answer">
              <span className="answer-label">{line.label}</span>
              <span data-testid={`answer-${line.change}`}>{line.value}</span>
            </span>
            <Press
              testId={`change-${line.change}`}
              label={`${say('check.change')} : ${line.label}`}
              className="small-press"
              onPress={() => act({ type: 'change-answer', screen: line.change })}
            >
              {say('check.change')}
            </Press>
          </li>
        ))}
      </ul>
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={() => act({ type: 'confirm-answers' })}
        continueWords={say('check.continue')}
        continueTestId="check-continue"
      />
    </ScreenFrame>
  );
}

function accountWords({ account }: Answers, { say }: Words): string {
  switch (account.kind) {
    case 'iban':
      return say('check.account.iban', { iban: account.maskedIban, holder: account.holder });
    case 'later':
      return say('check.account.later');
    case 'unanswered':
      return say('check.unanswered');
  }
}

function contactWords({ contact }: Answers, { say }: Words): string {
  switch (contact.kind) {
    case 'email':
      return contact.email;
    case 'phone':
      return contact.phone;
    case 'none':
      return say('check.contact.none');
    case 'unanswered':
      return say('check.unanswered');
  }
}
