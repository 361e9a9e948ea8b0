import { formatDay } from '@portillon/ui/format/date.ts';
import { formatEuros } from '@portillon/ui/format/money.ts';
import type { ScreenOf } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** What is owed, line by line, with the day since when. */
export function DebtList({ debts }: Pick<ScreenOf<'debts'>, 'debts'>) {
  const { say, language } = useWords();
  return (
    <dl className="card amounts" data-testid="owed">
      {debts.map((debt) => (
        <div key={debt.debtId}>
          <dt>
            {debt.label[language]}
            <span className="account-since">
              {say('account.since', { day: formatDay(debt.since, language) })}
            </span>
          </dt>
          <dd>{formatEuros(debt.amountCents, language)}</dd>
        </div>
      ))}
    </dl>
  );
}
