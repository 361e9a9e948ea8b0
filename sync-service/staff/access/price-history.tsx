import { formatEuros } from '@portillon/ui/format/money.ts';
import { useId, useState } from 'react';
import type { ClubPrices } from '../../http/staff/price-view.ts';
import { fullDate } from '../full-date.ts';
import { shortDay } from '../privacy/short-day.ts';
import type { Language } from '../words.ts';
import { accessWords } from './access-words.ts';
import { ChangeForm } from './change-form.tsx';
import { type PriceWords, priceWords } from './price-words.ts';
import { sendChange } from './send-change.ts';

type Shown = ClubPrices['set'][number];

/** All prices that were set and concern the club, by whom and why; those that have not begun can be withdrawn. */
export function PriceHistory(props: {
  readonly prices: ClubPrices;
  readonly language: Language;
  readonly onDone: () => void;
}) {
  const { prices, language, onDone } = props;
  const words = priceWords[language];
  const [withdrawing, setWithdrawing] = useState<string | null>(null);
  const id = useId();
  const plans = new Map(prices.plans.map((plan) => [plan.planId, plan]));
  const levels = words.levels(prices.legalEntity);
  return (
    <section className="panel history" aria-labelledby={id}>
      <h2 id={id}>{words.list}</h2>
      {prices.set.length === 0 && <p className="empty">{words.none}</p>}
      <ul>
        {prices.set.map((one) => {
          const plan = plans.get(one.planId);
          const name = plan?.names[language] ?? one.planId;
          const what = `${name}, ${words.from(shortDay(one.from, language)).toLowerCase()}`;
          const isComing = one.withdrawn === null && one.from > prices.today;
          return (
            <li key={one.priceId} data-testid="set-price" className={one.withdrawn ? 'withdrawn' : undefined}>
              <p className="history-head">
                <strong>{name}</strong>
                <span>
                  {words.from(shortDay(one.from, language))}
                  {isComing && ` · ${words.toCome}`}
                </span>
              </p>
              <p>
                {levels[one.level]} · {amountOf(one, plan?.kind !== 'day-entry', words, language)}
              </p>
              <p>{one.reason || accessWords[language].saidThere}</p>
              <small className="hint">{setWhen(one, prices.timeZone, words, language)}</small>
              {one.withdrawn && (
                <small className="hint">
                  {words.withdrawn(one.withdrawn.by, fullDate(one.withdrawn.at, prices.timeZone, language))}
                  {' · '}
                  {one.withdrawn.reason || accessWords[language].saidThere}
                </small>
              )}
              {one.mayWithdraw && withdrawing !== one.priceId && (
                <p>
                  <button
                    type="button"
                    aria-label={words.withdrawOf(what)}
                    onClick={() => setWithdrawing(one.priceId)}
                  >
                    {words.withdraw}
                  </button>
                </p>
              )}
              {one.mayWithdraw && withdrawing === one.priceId && (
                <ChangeForm
                  title={words.withdrawOf(what)}
                  language={language}
                  save={words.withdraw}
                  send={(reason) =>
                    sendChange('POST', `clubs/${prices.id}/price-withdrawals`, {
                      priceId: one.priceId,
                      reason,
                    })
                  }
                  refusals={words.refusals}
                  onDone={() => {
                    setWithdrawing(null);
                    onDone();
                  }}
                  onBack={() => setWithdrawing(null)}
                />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function amountOf({ price }: Shown, hasFee: boolean, words: PriceWords, language: Language): string {
  if (price === null) return words.givenUp;
  if (!hasFee) return formatEuros(price.priceCents, language);
  const fee = words.fee(formatEuros(price.joiningFeeCents, language));
  return `${formatEuros(price.priceCents, language)}, ${fee}`;
}

function setWhen({ by, setAt }: Shown, timeZone: string, words: PriceWords, language: Language): string {
  const when = fullDate(setAt, timeZone, language);
  return by === null ? words.asBaseBegan(when) : words.setBy(by, when);
}
