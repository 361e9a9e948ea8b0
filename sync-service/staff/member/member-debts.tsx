import { formatEuros } from '@portillon/ui/format/money.ts';
import { useState } from 'react';
import type { MemberAccess } from '../../http/staff/member-view.ts';
import { fullDate } from '../full-date.ts';
import { May } from '../rights.tsx';
import type { Language } from '../words.ts';
import { DebtForm } from './debt-form.tsx';
import { memberWords } from './member-words.ts';

/** What a member owes, and from when on it keeps them out; and the periods that were paid for. */
export function MemberDebts(props: {
  readonly member: MemberAccess;
  readonly timeZone: string | undefined;
  readonly language: Language;
  readonly onDone: () => void;
}) {
  const { member, timeZone, language, onDone } = props;
  const [adding, setAdding] = useState(false);
  const text = memberWords[language];
  const time = (iso: string) => fullDate(iso, timeZone, language);
  return (
    <section className="panel" aria-labelledby="debts">
      <h2 id="debts">{text.debts}</h2>
      {member.debts.length === 0 && <p className="empty">{text.noDebts}</p>}
      <ul className="plain-list">
        {member.debts.map((debt) => (
          <li key={debt.debtId} data-testid="debt">
            <strong>
              {formatEuros(debt.amountCents, language)} · {text.debtReasons[debt.reason]}
            </strong>
            <span>{debt.words}</span>
            <small className="hint">
              {[text.since(time(debt.since)), graceWords(debt.refusesFrom)].join(' · ')}
            </small>
          </li>
        ))}
      </ul>
      {adding ? (
        <DebtForm
          memberId={member.who.memberId}
          language={language}
          onDone={() => {
            setAdding(false);
            onDone();
          }}
          onBack={() => setAdding(false)}
        />
      ) : (
        <May act="debt.write">
          <p className="ways">
            <button type="button" onClick={() => setAdding(true)}>
              {text.addDebt}
            </button>
          </p>
        </May>
      )}
      <h2>{text.memberships}</h2>
      <ul className="plain-list">
        {member.memberships.map(({ id, plan, validFrom, validTo, status }) => (
          <li key={id}>
            <span>
              {plan[language]}
              {status === 'cancelled' && ` (${text.cancelled})`}
            </span>
            <small className="hint">{text.validity(time(validFrom), validTo && time(validTo))}</small>
          </li>
        ))}
      </ul>
    </section>
  );

  function graceWords(refusesFrom: string | null): string {
    if (refusesFrom === null) return text.neverRefuses;
    return refusesFrom <= member.at ? text.refusesNow : text.refusesFrom(time(refusesFrom));
  }
}
