import { reasonWords } from '@portillon/core/access/reason-words.ts';
import { useId, useState } from 'react';
import type { LiveView } from '../../http/staff/live-view.ts';
import { outageReportSchema, type ShownFinding } from '../../http/staff/outage-view.ts';
import { MemberLink } from '../member/member-link.tsx';
import { nameOf, StateMark } from '../person.tsx';
import { dayAndTime, type Language, timeOfDay, words } from '../words.ts';
import { accessWords } from './access-words.ts';
import { ChangeForm } from './change-form.tsx';
import { ClubChoice } from './club-choice.tsx';
import { dataAge } from './data-age.ts';
import { sendChange } from './send-change.ts';
import { useAnswer } from './use-answer.ts';

/** What a club decided while it was cut off, and the base would have decided otherwise: a day at a time. */
export function OutagesPage(props: {
  readonly language: Language;
  readonly view: LiveView;
  readonly connected: boolean;
  readonly clubId: string;
  /** Null for the last one that has anything. */
  readonly day: string | null;
}) {
  const { language, view, connected, clubId, day } = props;
  const text = accessWords[language];
  const club = view.clubs.find(({ id }) => id === clubId);
  const path = clubId === '' ? null : `outages?clubId=${clubId}${day === null ? '' : `&day=${day}`}`;
  // A club that comes back tells of what it decided meanwhile.
  const news = `${connected} ${club?.online} ${view.cases.open} ${view.cases.settled} ${view.passages[0]?.id}`;
  const { shown, failed, askAgain } = useAnswer(path, outageReportSchema, news);
  const [opening, setOpening] = useState<string | null>(null);
  const id = useId();
  return (
    <>
      <p className="lead">{text.outagesLead}</p>
      <div className="choices">
        <ClubChoice view={view} clubId={clubId} page="outages" text={text} />
        {shown && shown.days.length > 0 && (
          <p className="club-choice">
            <label htmlFor={`${id}-day`}>{text.day}</label>
            <select
              id={`${id}-day`}
              value={shown.day ?? ''}
              onChange={(event) => {
                location.hash = `#access/outages/${clubId}/${event.target.value}`;
              }}
            >
              {shown.day !== null && !shown.days.some((one) => one.day === shown.day) && (
                <option value={shown.day}>{dayInWords(shown.day, language)}</option>
              )}
              {shown.days.map((one) => (
                <option key={one.day} value={one.day}>
                  {text.dayLine(dayInWords(one.day, language), one.refuse, one.letIn)}
                </option>
              ))}
            </select>
          </p>
        )}
      </div>
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      {!shown && !failed && <p className="note">{text.reading}</p>}
      {shown && shown.day === null && <p className="empty">{text.noOutages}</p>}
      {shown && shown.day !== null && (
        <section className="panel" aria-label={dayInWords(shown.day, language)}>
          <h2>{dayInWords(shown.day, language)}</h2>
          <p className="hint">
            {shown.findings.length === 0
              ? text.noneOfDay
              : text.ofDay(shown.late, shown.findings.length + shown.notShown)}
          </p>
          <ul className="findings">
            {shown.findings.map((finding) => (
              <Finding
                key={finding.decisionId}
                finding={finding}
                timeZone={club?.timeZone}
                language={language}
                opening={opening === finding.decisionId}
                onOpen={() => setOpening(finding.decisionId)}
                onBack={() => setOpening(null)}
                onDone={() => {
                  setOpening(null);
                  askAgain();
                }}
              />
            ))}
          </ul>
          {shown.notShown > 0 && <p className="empty">{text.notShown(shown.notShown)}</p>}
        </section>
      )}
    </>
  );
}

function Finding(props: {
  readonly finding: ShownFinding;
  readonly timeZone: string | undefined;
  readonly language: Language;
  readonly opening: boolean;
  readonly onOpen: () => void;
  readonly onBack: () => void;
  readonly onDone: () => void;
}) {
  const { finding, timeZone, language, opening } = props;
  const text = accessWords[language];
  const shared = words[language];
  const name = nameOf(finding.who, shared.nobodyKnown, shared);
  const time = timeOfDay(finding.at, timeZone);
  return (
    <li data-testid="finding" data-would={finding.would}>
      <time dateTime={finding.at}>{time}</time>
      <div className="finding-words">
        <strong className="reason">
          <StateMark state={finding.would === 'refuse' ? 'refused' : 'entry'} />
          {text.would[finding.would]}
        </strong>
        <span>{shared.reasons[finding.reason]}</span>
        <small className="hint">{reasonWords(finding.reason).staff[language]}</small>
      </div>
      <div className="finding-words">
        <strong>
          <MemberLink who={finding.who} unknown={shared.nobodyKnown} text={shared} />
        </strong>
        <span>{[shared.kinds[finding.presented], finding.gateId].join(' · ')}</span>
        <small className="hint">{finding.wentIn ? text.wentIn : text.notWentIn}</small>
      </div>
      <div className="finding-words">
        <span>{dataAge(finding.dataAgeMs, language)}</span>
        {finding.toldAt !== null && (
          <small className="hint">{text.knownSince(dayAndTime(finding.toldAt, timeZone, language))}</small>
        )}
      </div>
      <div className="finding-case">
        {finding.case ? (
          <a href="#cases">{finding.case.settled ? text.caseSettled : text.caseOpen}</a>
        ) : (
          !opening && (
            <button type="button" aria-label={text.openCaseOf(name, time)} onClick={props.onOpen}>
              {text.openCase}
            </button>
          )
        )}
      </div>
      {opening && !finding.case && (
        <div className="finding-form">
          <ChangeForm
            title={text.openCaseOf(name, time)}
            language={language}
            save={text.openCase}
            primary
            send={(reason) => sendChange('POST', `outages/${finding.decisionId}/case`, { words: reason })}
            onDone={props.onDone}
            onBack={props.onBack}
          />
        </div>
      )}
    </li>
  );
}

/** `jeudi 26 novembre 2026`: a day of the calendar, of no time zone. */
function dayInWords(day: string, language: Language): string {
  const style = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', style).format(
    new Date(`${day}T12:00:00Z`),
  );
}
