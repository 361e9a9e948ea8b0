import { formatEuros } from '@portillon/ui/format/money.ts';
import type { LiveView } from '../../http/staff/live-view.ts';
import { type ClubPrices, clubPricesSchema } from '../../http/staff/price-view.ts';
import { shortDay } from '../privacy/short-day.ts';
import { dayAndTime, type Language } from '../words.ts';
import { accessWords } from './access-words.ts';
import { ClubChoice } from './club-choice.tsx';
import { PriceForm } from './price-form.tsx';
import { PriceHistory } from './price-history.tsx';
import { priceWords } from './price-words.ts';
import { useAnswer } from './use-answer.ts';

/** What plans cost in a club, today and later; who set it; and a price to set. */
export function PricesPage(props: {
  readonly language: Language;
  readonly view: LiveView;
  readonly connected: boolean;
  readonly clubId: string;
}) {
  const { language, view, connected, clubId } = props;
  const text = accessWords[language];
  const words = priceWords[language];
  const path = clubId === '' ? null : `clubs/${clubId}/prices`;
  // Whether a box is heard shows within a minute; the live stream tells a new one whatever happens.
  const news = `${connected} ${view.at.slice(0, 'YYYY-MM-DDTHH:MM'.length)}`;
  const { shown, failed, askAgain } = useAnswer(path, clubPricesSchema, news);
  return (
    <>
      <ClubChoice view={view} clubId={clubId} page="prices" text={text} />
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      {!shown && !failed && <p className="note">{text.reading}</p>}
      {shown && (
        <>
          <p className="lead">{words.lead(shortDay(shown.today, language), shown.timeZone)}</p>
          {shown.unheard.since !== null && (
            <p className="lost" role="status" data-testid="unheard-prices">
              {words.unheard(shown.unheard.boxes, dayAndTime(shown.unheard.since, shown.timeZone, language))}
            </p>
          )}
          <PriceTable prices={shown} language={language} />
          <div className="rules prices-below">
            <PriceHistory prices={shown} language={language} onDone={askAgain} />
            {shown.maySet.length > 0 && (
              <PriceForm key={shown.id} prices={shown} language={language} onDone={askAgain} />
            )}
          </div>
        </>
      )}
    </>
  );
}

function PriceTable({ prices, language }: { readonly prices: ClubPrices; readonly language: Language }) {
  const words = priceWords[language];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keys
    <section className="scroll panel price-table" aria-label={words.prices} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {(['plan', 'today', 'fee', 'coming'] as const).map((column) => (
              <th
                key={column}
                scope="col"
                className={column === 'today' || column === 'fee' ? 'number' : undefined}
              >
                {words.columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {prices.plans.map(({ planId, names, kind, termMonths, now, coming }) => (
            <tr key={planId} data-testid="plan-row">
              <th scope="row">{names[language]}</th>
              <td className="number">
                <strong>{formatEuros(now.priceCents, language)}</strong>{' '}
                <small className="hint">{words.per(kind, termMonths)}</small>
              </td>
              <td className="number">
                {kind === 'day-entry' ? '–' : formatEuros(now.joiningFeeCents, language)}
              </td>
              <td>
                {coming.length === 0 && <span className="hint">{words.noComing}</span>}
                {coming.map(({ from, priceCents, joiningFeeCents }) => (
                  <span key={from} className="coming-price">
                    {words.from(shortDay(from, language))}{' '}
                    <strong>{formatEuros(priceCents, language)}</strong>
                    {kind !== 'day-entry' && `, ${words.fee(formatEuros(joiningFeeCents, language))}`}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
