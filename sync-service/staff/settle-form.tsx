import { type FormEvent, useState } from 'react';
import {
  type CaseOutcome,
  outcomesOf,
  type ShownCaseKind,
  settlementWords,
} from '../http/staff/case-view.ts';
import type { CaseWords } from './case-words.ts';
import { ChoiceField } from './choice-field.tsx';
import { type Settling, settleCase } from './settle-case.ts';
import { WordsField } from './words-field.tsx';

export interface SettleFormProps {
  readonly caseId: string;
  readonly kind: ShownCaseKind;
  readonly text: CaseWords;
  readonly onSettled: (settling: Exclude<Settling, 'failed'>) => void;
  readonly onBack: () => void;
}

/** How it ended, and what was done in words: neither can be left out, since it stays for good. */
export function SettleForm({ caseId, kind, text, onSettled, onBack }: SettleFormProps) {
  const [outcome, setOutcome] = useState<CaseOutcome | null>(null);
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<'chooseOutcome' | 'wordsTooShort' | 'notSettled' | null>(null);
  const [busy, setBusy] = useState(false);

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
      <ChoiceField
        legend={text.howItEnded}
        className="outcomes"
        choices={outcomesOf(kind)}
        words={text.outcomes}
        chosen={outcome}
        onChoose={setOutcome}
      />
      <WordsField
        label={text.whatWasDone}
        hint={text.wordsHint}
        maxLength={settlementWords.max}
        value={words}
        problem={problem && text[problem]}
        onChange={setWords}
      />
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
