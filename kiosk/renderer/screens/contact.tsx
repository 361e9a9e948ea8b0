import { Check } from 'lucide-react';
import { useState } from 'react';
import { Field } from '../parts/field.tsx';
import { GateAhead } from '../parts/gate-ahead.tsx';
import { Keyboard } from '../parts/keyboard.tsx';
import { Notice } from '../parts/notice.tsx';
import { NumberPad } from '../parts/number-pad.tsx';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ProblemText, problemOf } from '../parts/problem.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { useDraft } from '../parts/use-draft.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

const kinds = ['email', 'phone', 'none'] as const;
type Kind = (typeof kinds)[number];

const fields = [
  { name: 'email', maxLength: 254 },
  { name: 'phone', maxLength: 30 },
] as const;

/** E-mail, telephone, or neither: three equal doors. */
export function ContactScreen({ screen, act }: ScreenProps<'contact'>) {
  const { say } = useWords();
  const { contact } = screen.answers;
  const [kind, setKind] = useState<Kind | null>(contact.kind === 'unanswered' ? null : contact.kind);
  const [missing, setMissing] = useState(false);
  const field = kind === 'none' ? null : kind;
  const draft = useDraft(
    fields,
    {
      email: contact.kind === 'email' ? contact.email : '',
      phone: contact.kind === 'phone' ? contact.phone : '',
    },
    field,
  );

  function goOn() {
    if (kind === null) setMissing(true);
    else if (kind === 'email') act({ type: 'give-contact', contact: { kind, email: draft.values.email } });
    else if (kind === 'phone') act({ type: 'give-contact', contact: { kind, phone: draft.values.phone } });
    else act({ type: 'give-contact', contact: { kind } });
  }

  return (
    <ScreenFrame
      title={say('contact.question')}
      lead={say('contact.lead')}
      position={screen}
      middle={<GateAhead step={screen.step} stepCount={screen.stepCount} />}
    >
      {missing && kind === null ? (
        <ProblemText id="contact-problem" words={say('contact.missing')} testId="problem-contact" />
      ) : null}
      <div className="doors">
        {kinds.map((offered) => (
          <Press
            key={offered}
            kind="choice"
            testId={`contact-${offered}`}
            selected={kind === offered}
            className="door compact"
            onPress={() => setKind(offered)}
          >
            {kind === offered ? <Check aria-hidden="true" className="icon" /> : null}
            {say(`contact.${offered}`)}
          </Press>
        ))}
      </div>
      {field === null ? null : (
        <Field
          key={field}
          draft={draft}
          name={field}
          testId={`contact-${field}-field`}
          label={say(`contact.${field}-label`)}
          maxLength={field === 'email' ? fields[0].maxLength : fields[1].maxLength}
          problem={problemOf(screen.problems, field)}
          onEnter={goOn}
        />
      )}
      {field === 'email' ? <Keyboard purpose="email" startOfName={false} onKey={draft.key} /> : null}
      {field === 'phone' ? <NumberPad corner="+" onKey={draft.key} /> : null}
      {kind === 'none' ? (
        <Notice tone="info" title={say('contact.none-title')}>
          <p>{say('contact.none-text')}</p>
        </Notice>
      ) : null}
      <PrimaryBar onBack={() => act({ type: 'back' })} onContinue={goOn} />
    </ScreenFrame>
  );
}
