import { formatDay } from '@portillon/ui/format/date.ts';
import { AmountBar } from '../parts/amount-bar.tsx';
import { Field } from '../parts/field.tsx';
import { IbanProgress } from '../parts/iban-progress.tsx';
import { ibanShape } from '../parts/iban-shape.ts';
import { Keyboard } from '../parts/keyboard.tsx';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { problemOf } from '../parts/problem.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { useDraft } from '../parts/use-draft.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** 34 characters in groups of four. */
const ibanLength = 42;
const holderLength = 70;
const fields = [
  { name: 'iban', maxLength: ibanLength, shape: ibanShape },
  { name: 'holder', maxLength: holderLength },
] as const;

/** The account for the months to come, typed in groups of four; or later with staff, said as plainly. */
export function IbanScreen({ screen, act }: ScreenProps<'iban'>) {
  const { say, language } = useWords();
  const { account } = screen.answers;
  const ibanProblem = problemOf(screen.problems, 'iban');
  const holderProblem = problemOf(screen.problems, 'holder');
  const draft = useDraft(
    fields,
    { iban: '', holder: account.kind === 'iban' ? account.holder : screen.fullName },
    ibanProblem === undefined && holderProblem !== undefined ? 'holder' : 'iban',
  );
  const goOn = () => act({ type: 'give-account', account: { kind: 'iban', ...draft.values } });

  return (
    <ScreenFrame
      title={say('iban.question')}
      lead={
        account.kind === 'iban'
          ? say('iban.kept', { iban: account.maskedIban.replaceAll(' ', '\u00a0') })
          : say('iban.lead', { date: formatDay(screen.firstDebitOn, language) })
      }
      position={screen}
      middle={<AmountBar cents={screen.monthlyCents} label={say('iban.each-month')} />}
    >
      <div className="fields">
        <Field
          draft={draft}
          name="iban"
          testId="iban"
          label={say('iban.label')}
          aside={<IbanProgress typed={draft.values.iban} />}
          maxLength={ibanLength}
          problem={ibanProblem}
          onEnter={goOn}
        />
        <Field
          draft={draft}
          name="holder"
          testId="iban-holder"
          label={say('iban.holder')}
          maxLength={holderLength}
          problem={holderProblem}
          onEnter={goOn}
        />
      </div>
      {draft.active === 'iban' ? (
        <Keyboard key="iban" purpose="iban" startOfName={false} onKey={draft.key} />
      ) : (
        <Keyboard
          key="holder"
          purpose="name"
          startOfName={/(^|[\s'-])$/.test(draft.values.holder)}
          onKey={draft.key}
        />
      )}
      <PrimaryBar onBack={() => act({ type: 'back' })} onContinue={goOn}>
        <Press
          kind="plain"
          testId="iban-later"
          onPress={() => act({ type: 'give-account', account: { kind: 'later' } })}
        >
          {say('iban.later')}
        </Press>
      </PrimaryBar>
    </ScreenFrame>
  );
}
