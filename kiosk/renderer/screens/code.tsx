import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { NumberPad } from '../parts/number-pad.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { useDraft } from '../parts/use-draft.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** What somebody types on a real keyboard between the groups is forgiven: the edge keeps the digits. */
const fields = [{ name: 'code', maxLength: 9 }] as const;
const problemId = 'code-problem';

/** The code that staff gave. What was wrong with the last one stands above the field; during a pause there is no field. */
export function CodeScreen({ screen, act }: ScreenProps<'code'>) {
  const { say } = useWords();
  const draft = useDraft(fields, { code: '' }, 'code');
  const { problem, triesLeft } = screen;
  const isPaused = problem === 'paused';
  const goOn = () => act({ type: 'give-code', code: draft.values.code });
  const back = () => act({ type: 'back' });
  return (
    <ScreenFrame
      phase={problem ?? ''}
      title={say('code.question')}
      lead={say('code.lead')}
      middle={
        problem === null ? null : (
          <div className="told" id={problemId} role="alert">
            <Notice tone="watch" title={say(`code.problem.${problem}`)} testId="code-problem">
              {problem === 'unknown' ? <p>{say('code.tries', { count: triesLeft })}</p> : null}
            </Notice>
          </div>
        )
      }
    >
      {isPaused ? null : (
        <>
          <div className="fields code-field">
            <Field
              draft={draft}
              name="code"
              testId="code"
              label={say('code.label')}
              maxLength={9}
              problemId={problem === null ? undefined : problemId}
              onEnter={goOn}
            />
          </div>
          <NumberPad onKey={draft.key} />
        </>
      )}
      {isPaused ? (
        <PrimaryBar continueTestId="back" continueWords={say('common.back')} onContinue={back} />
      ) : (
        <PrimaryBar onBack={back} onContinue={goOn} />
      )}
    </ScreenFrame>
  );
}
