import { useId } from 'react';
import type { Language } from '../words.ts';
import { privacyWords } from './privacy-words.ts';

export const reasonMin = 3;

/** Why a request ends as it does, in words that stay, and beneath it what stands against it. */
export function ReasonField(props: {
  readonly language: Language;
  readonly value: string;
  readonly problem: string | null;
  readonly onChange: (reason: string) => void;
}) {
  const { language, value, problem, onChange } = props;
  const text = privacyWords[language];
  const id = useId();
  return (
    <>
      <label htmlFor={`${id}-reason`}>{text.reason}</label>
      <textarea
        id={`${id}-reason`}
        rows={2}
        maxLength={200}
        value={value}
        aria-describedby={`${id}-hint ${id}-problem`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p className="hint" id={`${id}-hint`}>
        {text.reasonHint}
      </p>
      <p className="problem" role="alert" id={`${id}-problem`}>
        {problem}
      </p>
    </>
  );
}
