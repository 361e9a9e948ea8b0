import { reasonWords } from '@portillon/core/access/reason-words.ts';
import type { LiveView } from '../../http/staff/live-view.ts';
import { type MemberAccess, memberPageSchema } from '../../http/staff/member-view.ts';
import { accessWords } from '../access/access-words.ts';
import { ChangeHistory } from '../access/change-history.tsx';
import { useAnswer } from '../access/use-answer.ts';
import { ConnectionLost } from '../connection-lost.tsx';
import { Face, nameOf, StateMark } from '../person.tsx';
import { useMay } from '../rights.tsx';
import { useAddress } from '../use-address.ts';
import { type Language, words } from '../words.ts';
import { CredentialList } from './credential-list.tsx';
import { DecisionList } from './decision-list.tsx';
import { holdText } from './hold-text.ts';
import { MemberConsents } from './member-consents.tsx';
import { MemberDebts } from './member-debts.tsx';
import { type MemberWords, memberWords } from './member-words.ts';
import { MergedRecords } from './merged-records.tsx';
import { ReadLog } from './read-log.tsx';
import { StandingPanel } from './standing-panel.tsx';
import { VisitorCard } from './visitor-card.tsx';

/** One member at the gates: may they come in, why, what was decided, and what can be done. `#member/ID`. */
export function MemberPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = memberWords[language];
  const [memberId = '', cameFrom = 'address'] = useAddress();
  const news = `${connected} ${view.passages[0]?.id} ${view.refusals[0]?.id} ${view.orders.given} ${view.orders.closed}`;
  const path =
    memberId === ''
      ? null
      : `members/${encodeURIComponent(memberId)}/access?from=${encodeURIComponent(cameFrom)}`;
  const { shown: page, failed, askAgain } = useAnswer(path, memberPageSchema, news);
  const shown = page?.own ? page : null;
  const seesReads = useMay('read-log.see');
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));
  const home = shown ? clubs.get(shown.homeClubId) : undefined;
  const shared = { language, clubs, onDone: askAgain };
  return (
    <main className="access member">
      {!page && <h1>{text.member}</h1>}
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      {failed && (
        <p className="lost" role="status">
          {failed === 'not-found' ? text.unknown : accessWords[language].noAnswer}
        </p>
      )}
      {!page && !failed && <p className="note">{accessWords[language].reading}</p>}
      {page && !page.own && <VisitorCard visitor={page} view={view} language={language} />}
      {shown && (
        <>
          <header className="member-head panel">
            <Face who={shown.who} text={words[language]} />
            <div className="member-name">
              <h1>{nameOf(shown.who, '', words[language])}</h1>
              <p className="hint">
                {[
                  home && text.homeClub(home.name),
                  shown.ageYears === null ? text.ageUnknown : text.age(shown.ageYears),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            <Answer answer={shown.answer} club={home?.name ?? ''} language={language} text={text} />
          </header>
          <div className="member-parts">
            {shown.merges.length > 0 && (
              <MergedRecords
                merges={shown.merges}
                timeZone={home?.timeZone}
                language={language}
                onDone={askAgain}
              />
            )}
            <CredentialList member={shown} {...shared} />
            <StandingPanel member={shown} timeZone={home?.timeZone} {...shared} />
            <DecisionList member={shown} {...shared} />
            <MemberDebts member={shown} timeZone={home?.timeZone} language={language} onDone={askAgain} />
            <MemberConsents
              memberId={shown.who.memberId}
              timeZone={home?.timeZone}
              language={language}
              onDone={askAgain}
            />
            <ChangeHistory
              changes={shown.changes}
              timeZone={home?.timeZone}
              language={language}
              title={text.changes}
              linesOf={(change) => memberChangeLines(change, home?.timeZone, language)}
            />
            {seesReads && (
              <ReadLog memberId={shown.who.memberId} timeZone={home?.timeZone} language={language} />
            )}
          </div>
        </>
      )}
    </main>
  );
}

/** The answer in words first: it is what staff were asked. */
function Answer(props: {
  readonly answer: MemberAccess['answer'];
  readonly club: string;
  readonly language: Language;
  readonly text: MemberWords;
}) {
  const { answer, club, language, text } = props;
  if (!answer) return <p className="member-answer">{text.noCredential}</p>;
  const granted = answer.outcome === 'granted';
  return (
    <div className="member-answer" data-testid="answer">
      <strong className="reason">
        <StateMark state={granted ? 'entry' : 'refused'} />
        {granted ? text.mayEnter : text.mayNotEnter}
      </strong>
      {answer.reason && <span>{words[language].reasons[answer.reason]}</span>}
      <small className="hint">
        {answer.reason ? reasonWords(answer.reason).staff[language] : text.atHomeClubNow(club)}
      </small>
    </div>
  );
}

function memberChangeLines(
  change: Readonly<Record<string, unknown>>,
  timeZone: string | undefined,
  language: Language,
): string[] {
  const text = memberWords[language];
  return Object.entries(change).flatMap(([field, value]) => {
    if (field === 'suspendedUntil') {
      return [typeof value === 'string' ? holdText(value, timeZone, language) : text.notOnHold];
    }
    if (field === 'staff') return [value === true ? text.worksHere : text.notStaff];
    if (field === 'status' && (value === 'active' || value === 'blocked')) return [text.statuses[value]];
    if (field === 'company') return [value === null ? text.comesAlone : text.facts.company];
    return [];
  });
}
