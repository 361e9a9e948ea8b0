import { Field } from '../parts/field.tsx';
import { GateAhead } from '../parts/gate-ahead.tsx';
import { Keyboard } from '../parts/keyboard.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { problemOf } from '../parts/problem.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { useDraft } from '../parts/use-draft.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

const maxLength = 80;
const fields = [
  { name: 'givenName', maxLength },
  { name: 'familyName', maxLength },
] as const;

/** Names as people have them: any character, no checks of spelling. */
export function NameScreen({ screen, act }: ScreenProps<'name'>) {
  const { say } = useWords();
  const givenProblem = problemOf(screen.problems, 'givenName');
  const familyProblem = problemOf(screen.problems, 'familyName');
  const draft = useDraft(
    fields,
    { givenName: screen.answers.givenName, familyName: screen.answers.familyName },
    givenProblem === undefined && familyProblem !== undefined ? 'familyName' : 'givenName',
  );
  const goOn = () => act({ type: 'give-name', ...draft.values });

  return (
    <ScreenFrame
      title={say('name.question')}
      lead={say('name.lead')}
      position={screen}
      middle={<GateAhead step={screen.step} stepCount={screen.stepCount} />}
    >
      <div className="fields">
        <Field
          draft={draft}
          name="givenName"
          testId="given-name"
          label={say('name.given')}
          maxLength={maxLength}
          problem={givenProblem}
          onEnter={goOn}
        />
        <Field
          draft={draft}
          name="familyName"
          testId="family-name"
          label={say('name.family')}
          maxLength={maxLength}
          problem={familyProblem}
          onEnter={goOn}
        />
      </div>
      <Keyboard
        purpose="name"
        startOfName={/(^|[\s'-])$/.test(draft.values[draft.active])}
        onKey={draft.key}
      />
      <PrimaryBar onBack={() => act({ type: 'back' })} onContinue={goOn} />
    </ScreenFrame>
  );
}
