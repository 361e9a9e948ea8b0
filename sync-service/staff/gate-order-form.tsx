import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import {
  type GateOrderView,
  type GateReason,
  type GateView,
  gateReasons,
  gateWordsLimit,
} from '../http/staff/gate-view.ts';
import { orderGate } from './gate-requests.ts';
import type { GateWords } from './gate-words.ts';

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
  const first = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => first.current?.focus(), []);

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
      <fieldset>
        <legend>{text.why}</legend>
        <div className="gate-reasons">
          {gateReasons.map((one, index) => (
            <label key={one}>
              <input
                ref={index === 0 ? first : null}
                type="radio"
                name={`${id}-reason`}
                value={one}
                checked={reason === one}
                onChange={() => setReason(one)}
              />
              {text.reasons[one]}
            </label>
          ))}
        </div>
      </fieldset>
      <label htmlFor={`${id}-words`}>{text.words}</label>
      <textarea
        id={`${id}-words`}
        rows={2}
        maxLength={gateWordsLimit.max}
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
          {text.actions[action]}
        </button>
        <button type="button" className="plain" onClick={onClosed}>
          {text.back}
        </button>
      </p>
    </form>
  );
}
