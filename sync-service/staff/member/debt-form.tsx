import { type DebtReason, debtReasons } from '@portillon/core/wire/messages.ts';
import { useId, useState } from 'react';
import { ChangeForm } from '../access/change-form.tsx';
import { sendChange } from '../access/send-change.ts';
import { centsOfTyped } from '../typed-euros.ts';
import type { Language } from '../words.ts';
import { memberWords } from './member-words.ts';

/** Of what is sold here: memberships and cards. A debt of another rate is written down by the request. */
const vatRate = 2_000;

/** Writes down what a member owes to the company of the home club; a kiosk settles it. */
export function DebtForm(props: {
  readonly memberId: string;
  readonly language: Language;
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const { memberId, language, onDone, onBack } = props;
  const text = memberWords[language];
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState<DebtReason>('unpaid-period');
  const id = useId();
  const cents = () => centsOfTyped(amount) ?? 0;
  return (
    <ChangeForm
      title={text.addDebt}
      language={language}
      save={text.addDebt}
      primary
      flaw={() => (cents() >= 1 && cents() <= 1_000_000 ? null : text.notAnAmount)}
      send={(words) =>
        sendChange('POST', `members/${memberId}/debts`, { amountCents: cents(), vatRate, reason, words })
      }
      onDone={onDone}
      onBack={onBack}
    >
      <p className="field">
        <label htmlFor={`${id}-amount`}>{text.amount}</label>
        <input
          id={`${id}-amount`}
          inputMode="decimal"
          autoComplete="off"
          value={amount}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setAmount(event.target.value)}
        />
        <small className="hint" id={`${id}-hint`}>
          {text.amountHint}
        </small>
      </p>
      <p className="field">
        <label htmlFor={`${id}-kind`}>{text.debtKind}</label>
        <select
          id={`${id}-kind`}
          value={reason}
          onChange={(event) => setReason(event.target.value as DebtReason)}
        >
          {debtReasons.map((one) => (
            <option key={one} value={one}>
              {text.debtReasons[one]}
            </option>
          ))}
        </select>
      </p>
    </ChangeForm>
  );
}
