import { Field } from '../parts/field.tsx';
import { GateAhead } from '../parts/gate-ahead.tsx';
import { NumberPad } from '../parts/number-pad.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { Problem, problemOf } from '../parts/problem.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { useDraft } from '../parts/use-draft.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** Limits of the bridge's message; a month may be typed as a word on a real keyboard. */
const fields = [
  { name: 'day', maxLength: 4 },
  { name: 'month', maxLength: 12 },
  { name: 'year', maxLength: 6 },
] as const;

/** Three boxes, and the focus stays where the person puts it: it never jumps ahead by itself. */
export function BirthDateScreen({ screen, act }: ScreenProps<'birth-date'>) {
  const { say } = useWords();
  const [year = '', month = '', day = ''] = screen.answers.birthDate?.split('-') ?? [];
  const draft = useDraft(fields, { day, month, year }, 'day');
  const problem = problemOf(screen.problems, 'birthDate');
  const goOn = () => act({ type: 'give-birth-date', ...draft.values });

  return (
    <ScreenFrame
      title={say('birth-date.question')}
      lead={say('birth-date.lead')}
      position={screen}
      middle={<GateAhead step={screen.step} stepCount={screen.stepCount} />}
    >
      <Problem id="birth-date-problem" problem={problem} />
      <div className="fields date-boxes">
        {fields.map(({ name, maxLength }) => (
          <Field
            key={name}
            draft={draft}
            name={name}
            testId={`birth-${name}`}
            label={say(`birth-date.${name}`)}
            maxLength={maxLength}
            problemId={problem === undefined ? undefined : 'birth-date-problem'}
            onEnter={goOn}
          />
        ))}
      </div>
      <NumberPad onKey={draft.key} />
      <PrimaryBar onBack={() => act({ type: 'back' })} onContinue={goOn} />
    </ScreenFrame>
  );
}
