import { useId } from 'react';

export interface WordsFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly maxLength: number;
  readonly value: string;
  /** What is wrong with the form, read out as it appears. */
  readonly problem: string | null;
  readonly onChange: (value: string) => void;
}

/** The words that go with what staff do and that stay for good, and below them what keeps the form from being sent. */
export function WordsField({ label, hint, maxLength, value, problem, onChange }: WordsFieldProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={`${id}-words`}>{label}</label>
      <textarea
        id={`${id}-words`}
        rows={2}
        maxLength={maxLength}
        value={value}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p className="hint" id={`${id}-hint`}>
        {hint}
      </p>
      <p className="problem" role="alert">
        {problem}
      </p>
    </>
  );
}
