import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { settlementWords } from '../../http/staff/case-view.ts';
import type { Language } from '../words.ts';
import { accessWords } from './access-words.ts';

export interface ChangeFormProps {
  readonly title: string;
  readonly language: Language;
  /** On the button: what it does. */
  readonly save: string;
  /** The one thing to do on its page. */
  readonly primary?: boolean;
  /** What is said once it is done; without it, that gates hear of it. */
  readonly saved?: string;
  /** The base keeps no reason of it. */
  readonly withoutReason?: boolean;
  /** What is wrong with the fields, in words; null when they can be sent. */
  readonly flaw?: () => string | null;
  /** Sends it; resolves with the code of a refusal, or null. */
  readonly send: (reason: string) => Promise<{ readonly refused: string | null }>;
  /** Refusals of the base in words, beside those that all of access share. */
  readonly refusals?: Readonly<Record<string, string>>;
  /** After the base has taken it in. */
  readonly onDone: () => void;
  /** Leaves the form without sending; without it there is no way back to offer. */
  readonly onBack?: () => void;
  readonly children?: ReactNode;
}

/** Fields, why, and what the base said: the part that all changes of access share. */
export function ChangeForm(props: ChangeFormProps) {
  const { title, language, save, onDone, onBack } = props;
  const text = accessWords[language];
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);
  const id = useId();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setDone(false);
    const flaw = props.flaw?.() ?? null;
    if (flaw !== null) return setProblem(flaw);
    if (!props.withoutReason && reason.trim().length < settlementWords.min) {
      return setProblem(text.reasonTooShort);
    }
    setBusy(true);
    setProblem(null);
    props
      .send(reason.trim())
      .then(({ refused }) => {
        if (refused !== null)
          return setProblem(
            props.refusals?.[refused] ?? text.refusals[refused] ?? text.refusedBecause(refused),
          );
        setReason('');
        setDone(true);
        onDone();
      })
      .catch(() => setProblem(text.notSent))
      .finally(() => setBusy(false));
  };

  return (
    <form className="change" onSubmit={submit} noValidate aria-label={title}>
      {props.children}
      {!props.withoutReason && (
        <>
          <label htmlFor={`${id}-reason`}>{text.reason}</label>
          <textarea
            id={`${id}-reason`}
            rows={2}
            maxLength={settlementWords.max}
            value={reason}
            aria-describedby={`${id}-problem`}
            onChange={(event) => setReason(event.target.value)}
          />
        </>
      )}
      <p className="problem" role="alert" id={`${id}-problem`}>
        {problem}
      </p>
      <p className="done" role="status">
        {done && (props.saved ?? text.saved)}
      </p>
      <p className="actions">
        <button type="submit" className={props.primary ? 'primary' : undefined} aria-busy={busy}>
          {save}
        </button>
        {onBack && (
          <button type="button" onClick={onBack}>
            {text.back}
          </button>
        )}
      </p>
    </form>
  );
}
