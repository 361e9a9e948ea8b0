import { type FormEvent, useState } from 'react';
import {
  type GateOrderView,
  type GateReason,
  type GateView,
  gateReasons,
  gateWordsLimit,
} from '../http/staff/gate-view.ts';
import { ChoiceField } from './choice-field.tsx';
import { orderGate } from './gate-requests.ts';
import type { GateWords } from './gate-words.ts';
import { WordsField } from './words-field.tsx';

export interface GateOrderFormProps {
  readonly gate: GateView;
  readonly action: GateOrderView['action'];
  readonly text: GateWords;
  /** Given, or let be. */
  readonly onClosed: () => void;
}

/** Why, and then the order: one touch for the reason, one to give it. */
export function GateOrderForm({ gate, action, text, onClosed }: GateOrderFormProps) {
  const [reason, setReason] = useState<GateReason | null>(null);
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<'chooseReason' | 'wordsTooShort' | 'notGiven' | 'orderOpen' | null>(
    null,
  );
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (reason === null) return setProblem('chooseReason');
    const said = words.trim();
    if (reason === 'other' && said.length < gateWordsLimit.min) return setProblem('wordsTooShort');
    setBusy(true);
    setProblem(null);
    const { edgeId, gateId } = gate;
    void orderGate({ edgeId, gateId, action, reason, words: said })
      .catch(() => 'failed' as const)
      .then((given) => {
        setBusy(false);
        if (given === 'given') onClosed();
        else setProblem(given === 'failed' ? 'notGiven' : 'orderOpen');
      });
  };

  return (
    <form
      className="gate-form"
      onSubmit={submit}
      noValidate
      aria-label={`${text.actions[action]}, ${gate.name}`}
    >
      <p>{text.actionLead[action]}</p>
      <ChoiceField
        legend={text.why}
        className="gate-reasons"
        choices={gateReasons}
        words={text.reasons}
        chosen={reason}
        onChoose={setReason}
      />
      <WordsField
        label={text.words}
        hint={text.wordsHint}
        maxLength={gateWordsLimit.max}
        value={words}
        problem={problem && text[problem]}
        onChange={setWords}
      />
      <p className="actions">
        <button type="submit" className="primary" aria-busy={busy}>
          {text.actions[action]}
        </button>
        <button type="button" className="plain" onClick={onClosed}>
          {text.back}
        </button>
      </p>
    </form>
  );
}
