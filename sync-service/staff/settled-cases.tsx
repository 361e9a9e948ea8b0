import { formatEuros } from '@portillon/ui/format/money.ts';
import type { SettledCase } from '../http/staff/case-view.ts';
import type { ClubView } from '../http/staff/live-view.ts';
import type { CaseWords } from './case-words.ts';
import { samePersonWords } from './same-person-words.ts';
import { dayAndTime, type Language } from './words.ts';

/** What was settled, by whom, when and why: the last one first. */
export function SettledCases(props: {
  readonly settled: readonly SettledCase[];
  readonly clubs: ReadonlyMap<string, ClubView>;
  readonly language: Language;
  readonly text: CaseWords;
}) {
  const { settled, clubs, language, text } = props;
  return (
    <section className="settled" aria-labelledby="settled">
      <h2 id="settled">{text.settled}</h2>
      {settled.length === 0 && <p className="empty">{text.noneSettled}</p>}
      <ul>
        {settled.map(
          ({ id, kind, amountCents, reference, fiscalRecordNo, clubId, settlement, mergedInto }) => {
            const club = clubs.get(clubId);
            const facts = [
              ...(reference === null ? [] : [reference]),
              ...(fiscalRecordNo === null ? [] : [text.fiscalRecord(fiscalRecordNo)]),
              ...(amountCents === 0 ? [] : [formatEuros(amountCents, language)]),
              ...(club ? [club.name] : []),
            ];
            return (
              <li key={id} data-testid="settled-case">
                <div>
                  <strong>{text.kinds[kind].title}</strong>
                  <small>{facts.join(' · ')}</small>
                </div>
                <div className="settled-words">
                  <strong>{text.outcomes[settlement.outcome]}</strong>
                  <span>{settlement.words}</span>
                  {mergedInto && (
                    <a href={`#member/${mergedInto}/cases`}>{samePersonWords[language].toRecord}</a>
                  )}
                </div>
                <div className="settled-by">
                  <span>{text.by(settlement.by)}</span>
                  <time dateTime={settlement.at}>{dayAndTime(settlement.at, club?.timeZone, language)}</time>
                </div>
              </li>
            );
          },
        )}
      </ul>
    </section>
  );
}
