import { Eraser, Keyboard as KeyboardIcon, PenLine, Undo2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { Field } from '../parts/field.tsx';
import { Keyboard } from '../parts/keyboard.tsx';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { Problem, problemOf } from '../parts/problem.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { type SignatureHandle, SignaturePad } from '../parts/signature-pad.tsx';
import { useDraft } from '../parts/use-draft.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

const maxLength = 160;
const fields = [{ name: 'fullName', maxLength }] as const;

/** Two equal doors: a drawn signature, or the typed full name. One for contract and mandate, and the screen says so (Q12). */
export function SignScreen({ screen, view, act }: ScreenProps<'sign'>) {
  const { say } = useWords();
  const [way, setWay] = useState<'draw' | 'type'>('draw');
  const pad = useRef<SignatureHandle>(null);
  const draft = useDraft(fields, { fullName: '' }, way === 'type' ? 'fullName' : null);
  const problem = problemOf(screen.problems, 'signature');

  function sign() {
    if (way === 'type') act({ type: 'sign', signature: { kind: 'typed', text: draft.values.fullName } });
    else act({ type: 'sign', signature: { kind: 'drawn', strokes: pad.current?.strokesMm() ?? [] } });
  }

  return (
    <ScreenFrame
      phase={way}
      title={say(screen.withMandate ? 'sign.question-both' : 'sign.question')}
      lead={say(screen.withMandate ? 'sign.lead-both' : 'sign.lead')}
      position={screen}
      middle={<p className="sign-name">{say('sign.expected', { fullName: screen.fullName })}</p>}
    >
      <div className="doors">
        <Press
          kind="choice"
          testId="sign-draw"
          className="door"
          selected={way === 'draw'}
          onPress={() => setWay('draw')}
        >
          <PenLine aria-hidden="true" className="icon" />
          {say('sign.draw')}
        </Press>
        <Press
          kind="choice"
          testId="sign-type"
          className="door"
          selected={way === 'type'}
          onPress={() => setWay('type')}
        >
          <KeyboardIcon aria-hidden="true" className="icon" />
          {say('sign.type')}
        </Press>
      </div>
      {way === 'draw' ? (
        <>
          <Problem id="signature-problem" problem={problem} />
          <SignaturePad handle={pad} diagonalInches={view.device.diagonalInches} label={say('sign.here')} />
          <div className="doors">
            <Press testId="sign-undo" className="small-press" onPress={() => pad.current?.undo()}>
              <Undo2 aria-hidden="true" className="icon" />
              {say('sign.undo')}
            </Press>
            <Press testId="sign-clear" className="small-press" onPress={() => pad.current?.clear()}>
              <Eraser aria-hidden="true" className="icon" />
              {say('sign.clear')}
            </Press>
          </div>
        </>
      ) : (
        <>
          <Field
            draft={draft}
            name="fullName"
            testId="sign-typed"
            label={say('sign.typed-label')}
            maxLength={maxLength}
            problem={problem}
            onEnter={sign}
          />
          <Keyboard
            purpose="name"
            startOfName={/(^|[\s'-])$/.test(draft.values.fullName)}
            onKey={draft.key}
          />
        </>
      )}
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={sign}
        continueWords={say('sign.continue')}
      />
    </ScreenFrame>
  );
}
