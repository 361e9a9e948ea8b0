import { type FormEvent, type ReactNode, useState } from 'react';
import { type MadeOrder, type MakeOrder, reasonWords } from '../http/staff/order-view.ts';
import { giveOrder } from './order-requests.ts';
import type { OrderWords } from './order-words.ts';
import { WordsField } from './words-field.tsx';

export interface OrderFormProps {
  readonly title: string;
  /** Which sale it is for, where two with one reference are shown; null otherwise. */
  readonly ofSale: string | null;
  readonly text: OrderWords;
  /** What is asked for, with the reason; a word for what is wrong when it cannot be asked for yet. */
  readonly order: (reason: string) => MakeOrder | 'notAnAmount';
  readonly onGiven: (made: MadeOrder) => void;
  readonly children: ReactNode;
}

/** The part that both orders share: why, giving it, and what the base said. */
export function OrderForm({ title, ofSale, text, order, onGiven, children }: OrderFormProps) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<'notAnAmount' | 'reasonTooShort' | 'notGiven' | 'refused' | null>(
    null,
  );
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const asked = order(reason.trim());
    if (typeof asked === 'string') return setProblem(asked);
    if (reason.trim().length < reasonWords.min) return setProblem('reasonTooShort');
    setBusy(true);
    setProblem(null);
    void giveOrder(asked)
      .catch(() => 'notGiven' as const)
      .then((given) => {
        setBusy(false);
        if (typeof given === 'string') setProblem(given);
        else onGiven(given);
      });
  };

  return (
    <form
      className="order-form"
      onSubmit={submit}
      noValidate
      aria-label={ofSale === null ? title : `${title}, ${ofSale}`}
    >
      <h3>{title}</h3>
      {children}
      <WordsField
        label={text.reason}
        hint={text.reasonHint}
        maxLength={reasonWords.max}
        value={reason}
        problem={problem && text[problem]}
        onChange={setReason}
      />
      <p className="actions">
        <button type="submit" className="primary" aria-busy={busy}>
          {text.giveOrder}
        </button>
      </p>
    </form>
  );
}
