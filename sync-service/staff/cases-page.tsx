import { useEffect, useRef, useState } from 'react';
import { casePage, mostCases, type OpenCase, type Settlement } from '../http/staff/case-view.ts';
import type { LiveView } from '../http/staff/live-view.ts';
import { CaseCard } from './case-card.tsx';
import { caseWords } from './case-words.ts';
import { ConnectionLost } from './connection-lost.tsx';
import { MoreCases } from './more-cases.tsx';
import type { Settling } from './settle-case.ts';
import { SettledCases } from './settled-cases.tsx';
import { useCaseList } from './use-case-list.ts';
import { dayAndTime, type Language, words } from './words.ts';

type Notice = { readonly of: OpenCase; readonly before: Settlement | null };

/** What a person must settle, the oldest first, and below it what has been settled. */
export function CasesPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = caseWords[language];
  const [clubId, setClubId] = useState('');
  const [wanted, setWanted] = useState<{ open: number; settled: number }>(casePage);
  const { list, failed } = useCaseList(clubId, view.cases, connected, wanted);
  const [settling, setSettling] = useState<OpenCase | null>(null);
  const [notice, setNotice] = useState<Notice | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));

  // The card with the button that had the focus is gone: what was said about it stands under the heading.
  useEffect(() => {
    if (notice) heading.current?.focus();
  }, [notice]);

  // Its form stays until its own answer comes, even when the list no longer holds the case: what was typed is kept.
  const gone = settling && list && !list.open.some(({ id }) => id === settling.id) ? [settling] : [];
  const open = [...(list?.open ?? []), ...gone]
    // The list may be a moment older than the answer.
    .filter(({ id }) => id !== notice?.of.id)
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const settledNow = (of: OpenCase) => (outcome: Exclude<Settling, 'failed'>) => {
    setSettling(null);
    setNotice({ of, before: 'before' in outcome ? outcome.before : null });
  };
  const more = (which: 'open' | 'settled') =>
    setWanted((before) => ({ ...before, [which]: Math.min(mostCases, before[which] + casePage[which]) }));
  const choose = (id: string) => {
    setSettling(null);
    setWanted(casePage);
    setClubId(id);
  };
  const backTo = (id: string) => {
    setSettling(null);
    requestAnimationFrame(() => document.getElementById(`settle-${id}`)?.focus());
  };

  return (
    <main className="cases">
      <div className="heading">
        <h1 ref={heading} tabIndex={-1}>
          {text.cases}
        </h1>
        <p className="club-choice">
          <label htmlFor="club">{text.club}</label>
          <select id="club" value={clubId} onChange={(event) => choose(event.target.value)}>
            <option value="">{text.allClubs}</option>
            {view.clubs.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </p>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      <p role="status" className={notice ? `notice ${notice.before ? 'watch' : 'done'}` : 'unseen'}>
        {notice && noticeWords(notice)}
      </p>
      {!list && !failed && <p className="note">{text.loading}</p>}
      {list && open.length === 0 && <p className="empty">{text.none}</p>}
      <ul className="case-list">
        {open.map((shown) => (
          <CaseCard
            key={shown.id}
            shown={shown}
            club={clubs.get(shown.clubId)}
            now={view.at}
            language={language}
            text={text}
            settling={settling?.id === shown.id}
            onSettle={() => setSettling(shown)}
            onSettled={settledNow(shown)}
            onBack={() => backTo(shown.id)}
          />
        ))}
      </ul>
      {list && (
        <MoreCases
          left={list.openCount - list.open.length}
          words={text.notShown}
          more={text.showMore}
          onMore={wanted.open < mostCases ? () => more('open') : null}
        />
      )}
      {list && <SettledCases settled={list.settled} clubs={clubs} language={language} text={text} />}
      {list && (
        <MoreCases
          left={list.settledCount - list.settled.length}
          words={text.settledNotShown}
          more={text.showMoreSettled}
          onMore={wanted.settled < mostCases ? () => more('settled') : null}
        />
      )}
    </main>
  );

  function noticeWords({ of, before }: Notice): string {
    const title = [text.kinds[of.kind].title, ...(of.reference === null ? [] : [of.reference])].join(' ');
    if (!before) return text.settledNow(title);
    const time = dayAndTime(before.at, clubs.get(of.clubId)?.timeZone, language);
    return text.settledByOther(title, before.by, time, text.outcomes[before.outcome]);
  }
}
