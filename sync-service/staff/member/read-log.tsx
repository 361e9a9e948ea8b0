import { readLogSchema } from '../../http/staff/member-view.ts';
import { useAnswer } from '../access/use-answer.ts';
import { fullDate } from '../full-date.ts';
import type { Language } from '../words.ts';
import { memberWords } from './member-words.ts';

/** Who read what of this member, for privacy officers (ST8). */
export function ReadLog(props: { memberId: string; timeZone: string | undefined; language: Language }) {
  const { memberId, timeZone, language } = props;
  const text = memberWords[language];
  const { shown, failed } = useAnswer(`members/${memberId}/reads`, readLogSchema, null);
  return (
    <section className="panel history" aria-labelledby="read-log" data-testid="read-log">
      <h2 id="read-log">{text.readLog}</h2>
      <p className="hint">{text.readLogLead}</p>
      {failed && <p className="empty">{text.readLogFailed}</p>}
      <ul>
        {shown?.reads.map(({ id, at, by, page, cameFrom }) => (
          <li key={id}>
            <p className="history-head">
              <strong>{by}</strong>
              <time dateTime={at}>{fullDate(at, timeZone, language)}</time>
            </p>
            <small className="hint">
              {[text.readPages[page] ?? page, text.readFrom[cameFrom] ?? cameFrom].join(' · ')}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
