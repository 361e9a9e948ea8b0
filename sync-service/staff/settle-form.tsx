import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { type CaseOutcome, caseOutcomes, settlementWords } from '../http/staff/case-view.ts';
import type { CaseWords } from './case-words.ts';
import { type Settling, settleCase } from './settle-case.ts';

export interface SettleFormProps {
  readonly caseId: string;
  readonly text: CaseWords;
  readonly onSettled: (settling: Exclude<Settling, 'failed'>) => void;
  readonly onBack: () => void;
}

/** How it ended, and what was done in words: neither can be left out, since it stays for good. */
export function SettleForm({ caseId, text, onSettled, onBack }: SettleFormProps) {
  const [outcome, setOutcome] = useState<CaseOutcome | null>(null);
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<'chooseOutcome' | 'wordsTooShort' | 'notSettled' | null>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => first.current?.focus(), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (outcome === null) return setProblem('chooseOutcome');
    if (words.trim().length < settlementWords.min) return setProblem('wordsTooShort');
    setBusy(true);
    setProblem(null);
    void settleCase(caseId, outcome, words)
      .catch(() => 'failed' as const)
      .then((settling) => {
        setBusy(false);
        if (settling === 'failed') setProblem('notSettled');
        else onSettled(settling);
      });
  };

  return (
    <form className="settle" onSubmit={submit} noValidate>
      <fieldset>
        <legend>{text.howItEnded}</legend>
        <div className="outcomes">
          {caseOutcomes.map((one, index) => (
            <label key={one}>
              <input
                ref={index === 0 ? first : null}
                type="radio"
                name={`${id}-outcome`}
                value={one}
                checked={outcome === one}
                onChange={() => setOutcome(one)}
              />
              {text.outcomes[one]}
            </label>
          ))}
        </div>
      </fieldset>
      <label htmlFor={`${id}-words`}>{text.whatWasDone}</label>
      <textarea
        id={`${id}-words`}
        rows={2}
        maxLength={settlementWords.max}
        value={words}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setWords(event.target.value)}
      />
      <p className="hint" id={`${id}-hint`}>
        {text.wordsHint}
      </p>
      <p className="problem" role="alert">
        {problem && text[problem]}
      </p>
      <p className="actions">
        <button type="submit" className="primary" aria-busy={busy}>
          {text.settleThis}
        </button>
        <button type="button" className="plain" onClick={onBack}>
          {text.back}
        </button>
      </p>
    </form>
  );
}
