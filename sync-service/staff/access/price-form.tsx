import { addDays } from '@portillon/core/journal/fiscal-time.ts';
import { type PriceLevel, priceLevels } from '@portillon/core/sale/price-rule.ts';
import { useId, useState } from 'react';
import { type ClubPrices, highestPriceCents } from '../../http/staff/price-view.ts';
import { centsOfTyped, typedOfCents } from '../typed-euros.ts';
import type { Language } from '../words.ts';
import { ChangeForm } from './change-form.tsx';
import { priceWords } from './price-words.ts';
import { sendChange } from './send-change.ts';

/** A price from a day on: for this club, its legal entity or the network, as far as the account may. */
export function PriceForm(props: {
  readonly prices: ClubPrices;
  readonly language: Language;
  readonly onDone: () => void;
}) {
  const { prices, language, onDone } = props;
  const words = priceWords[language];
  const levels = words.levels(prices.legalEntity);
  const [planId, setPlanId] = useState(prices.plans[0]?.planId ?? '');
  const plan = prices.plans.find((one) => one.planId === planId);
  const [level, setLevel] = useState<PriceLevel>('club');
  const [from, setFrom] = useState(addDays(prices.today, 1));
  const typedFor = (id: string) => {
    const now = prices.plans.find((one) => one.planId === id)?.now;
    return {
      price: typedOfCents(now?.priceCents ?? 0, language),
      fee: typedOfCents(now?.joiningFeeCents ?? 0, language),
    };
  };
  const [typed, setTyped] = useState(() => typedFor(planId));
  const [givesUp, setGivesUp] = useState(false);
  const id = useId();
  const hasFee = plan?.kind !== 'day-entry';

  const isPrice = (text: string) => {
    const cents = centsOfTyped(text);
    return text.trim() !== '' && cents !== null && cents <= highestPriceCents;
  };
  const flaw = () => {
    if (from === '') return words.notADay;
    if (givesUp) return null;
    if (!isPrice(typed.price)) return words.notAPrice(words.price);
    return !hasFee || isPrice(typed.fee) ? null : words.notAPrice(words.joiningFee);
  };
  const price = () => ({
    priceCents: centsOfTyped(typed.price) ?? 0,
    joiningFeeCents: hasFee ? (centsOfTyped(typed.fee) ?? 0) : 0,
  });

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{words.setOne}</h2>
      <p className="hint">{words.setHint}</p>
      <ChangeForm
        title={words.setOne}
        language={language}
        save={words.save}
        saved={words.saved}
        primary
        flaw={flaw}
        send={(reason) =>
          sendChange('POST', `clubs/${prices.id}/prices`, {
            ...{ planId, level, from, reason },
            price: givesUp ? null : price(),
          })
        }
        refusals={words.refusals}
        onDone={onDone}
      >
        <div className="fields">
          <p className="field">
            <label htmlFor={`${id}-plan`}>{words.plan}</label>
            <select
              id={`${id}-plan`}
              value={planId}
              onChange={(event) => {
                setPlanId(event.target.value);
                setTyped(typedFor(event.target.value));
              }}
            >
              {prices.plans.map((one) => (
                <option key={one.planId} value={one.planId}>
                  {one.names[language]}
                </option>
              ))}
            </select>
          </p>
          <p className="field">
            <label htmlFor={`${id}-level`}>{words.level}</label>
            <select
              id={`${id}-level`}
              value={level}
              onChange={(event) => setLevel(event.target.value as PriceLevel)}
            >
              {priceLevels
                .filter((one) => prices.maySet.includes(one))
                .toReversed()
                .map((one) => (
                  <option key={one} value={one}>
                    {levels[one]}
                  </option>
                ))}
            </select>
          </p>
          <p className="field">
            <label htmlFor={`${id}-price`}>{words.price}</label>
            <input
              id={`${id}-price`}
              inputMode="decimal"
              autoComplete="off"
              disabled={givesUp}
              value={typed.price}
              onChange={(event) => setTyped({ ...typed, price: event.target.value })}
            />
          </p>
          {hasFee && (
            <p className="field">
              <label htmlFor={`${id}-fee`}>{words.joiningFee}</label>
              <input
                id={`${id}-fee`}
                inputMode="decimal"
                autoComplete="off"
                disabled={givesUp}
                value={typed.fee}
                onChange={(event) => setTyped({ ...typed, fee: event.target.value })}
              />
            </p>
          )}
          <p className="field">
            <label htmlFor={`${id}-from`}>{words.firstDay}</label>
            <input
              id={`${id}-from`}
              type="date"
              min={prices.today}
              value={from}
              aria-describedby={`${id}-from-hint`}
              onChange={(event) => setFrom(event.target.value)}
            />
            <small className="hint" id={`${id}-from-hint`}>
              {words.firstDayHint}
            </small>
          </p>
        </div>
        <label className="tick">
          <input type="checkbox" checked={givesUp} onChange={(event) => setGivesUp(event.target.checked)} />
          {words.giveUp}
        </label>
      </ChangeForm>
    </section>
  );
}
