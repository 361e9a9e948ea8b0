import { badgeListSchema } from '../../http/staff/badge-view.ts';
import type { LiveView } from '../../http/staff/live-view.ts';
import { MemberLink } from '../member/member-link.tsx';
import { dayAndTime, type Language, words } from '../words.ts';
import { accessWords } from './access-words.ts';
import { useAnswer } from './use-answer.ts';

const columns = ['club', 'left', 'inUse', 'accepted', 'codes', 'codesAccepted', 'cards'] as const;

/** How far the clubs are with their old badges, and which of them were copied. */
export function BadgesPage(props: {
  readonly language: Language;
  readonly view: LiveView;
  readonly connected: boolean;
}) {
  const { language, view, connected } = props;
  const text = accessWords[language];
  const { shown, failed } = useAnswer('badges', badgeListSchema, `${connected} ${view.cases.open}`);
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));
  const left = shown?.clubs.reduce((total, club) => total + club.left, 0) ?? 0;
  return (
    <>
      <p className="lead">{text.badgesLead}</p>
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      {!shown && !failed && <p className="note">{text.reading}</p>}
      {shown && shown.clubs.length === 0 && <p className="empty">{text.noBadges}</p>}
      {shown && shown.clubs.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keys
        <section className="scroll panel" aria-label={text.badges} tabIndex={0}>
          <table>
            <caption>{text.badgesTotal(left)}</caption>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col" className={column === 'club' ? undefined : 'number'}>
                    {text.badgeColumns[column]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.clubs.map((club) => (
                <tr key={club.clubId} data-testid="badge-row">
                  <th scope="row">
                    <a href={`#access/rules/${club.clubId}`}>{clubs.get(club.clubId)?.name ?? club.clubId}</a>
                  </th>
                  <td className="number">{club.left}</td>
                  <td className="number">{club.inUse}</td>
                  <td className="number">{club.accepted ? text.yes : text.no}</td>
                  <td className="number">{club.codes}</td>
                  <td className="number">{club.codesAccepted ? text.yes : text.no}</td>
                  <td className="number">{club.cards}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {shown && (
        <section className="panel copies" aria-labelledby="copies">
          <h2 id="copies">{text.copies}</h2>
          <p className="hint">{text.copiesLead}</p>
          {shown.copies.length === 0 && <p className="empty">{text.noCopies}</p>}
          <ul>
            {shown.copies.map((copy) => (
              <li key={copy.caseId} data-testid="copied-badge">
                <strong>
                  <MemberLink who={copy.who} unknown={words[language].nobodyKnown} text={words[language]} />
                </strong>
                <span>
                  {[
                    dayAndTime(copy.at, clubs.get(copy.clubId)?.timeZone, language),
                    clubs.get(copy.clubId)?.name,
                    copy.status && text.statuses[copy.status],
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
                <small className="hint" lang="en">
                  {copy.detail}
                </small>
              </li>
            ))}
          </ul>
          {shown.copies.length > 0 && (
            <p>
              <a href="#cases">{text.toCase}</a>
            </p>
          )}
        </section>
      )}
    </>
  );
}
