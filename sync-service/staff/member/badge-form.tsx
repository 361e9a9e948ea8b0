import { useId, useState } from 'react';
import { ChangeForm } from '../access/change-form.tsx';
import { sendChange } from '../access/send-change.ts';
import type { Language } from '../words.ts';
import { memberWords } from './member-words.ts';

/** Writes down the old badge of a member by the number of its chip, as a reader shows it. */
export function BadgeForm(props: {
  readonly memberId: string;
  readonly language: Language;
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const { memberId, language, onDone, onBack } = props;
  const text = memberWords[language];
  const [typed, setTyped] = useState('');
  const id = useId();
  const cardUid = () => typed.toUpperCase().replaceAll(/[\s:-]/g, '');
  return (
    <ChangeForm
      title={text.addBadge}
      language={language}
      save={text.addBadge}
      primary
      withoutReason
      flaw={() => (/^([0-9A-F]{2}){4,10}$/.test(cardUid()) ? null : text.notAChip)}
      send={() => sendChange('POST', `members/${memberId}/badges`, { cardUid: cardUid() })}
      onDone={onDone}
      onBack={onBack}
    >
      <p className="field">
        <label htmlFor={`${id}-chip`}>{text.chipNumber}</label>
        <input
          id={`${id}-chip`}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setTyped(event.target.value)}
        />
        <small className="hint" id={`${id}-hint`}>
          {text.chipHint}
        </small>
      </p>
    </ChangeForm>
  );
}
