import { formatEuros } from '@portillon/ui/format/money.ts';
import { useEffect, useState } from 'react';
import type { ClosingView } from '../http/staff/closing-view.ts';
import type { ClubView, LiveView } from '../http/staff/live-view.ts';
import { type NotClosed, readClosings, signOff } from './closing-requests.ts';
import { type ClosingWords, closingWords } from './closing-words.ts';
import { ConnectionLost } from './connection-lost.tsx';
import { dayAndTime, type Language, words } from './words.ts';

const counts = ['sales', 'refunds', 'cancelled'] as const;

/** A day of a club over all its tills: what each came to, which is missing, and who signed the total off. */
export function ClosingsPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = closingWords[language];
  const [clubId, setClubId] = useState(view.clubs[0]?.id ?? '');
  const club = view.clubs.find(({ id }) => id === clubId);
  const [chosenDay, setDay] = useState<string | null>(null);
  const day = chosenDay ?? dayBefore(view.at, club?.timeZone);
  const [found, setFound] = useState<{ readonly of: string; readonly closings: ClosingView } | null>(null);
  const [failed, setFailed] = useState(false);
  const [refused, setRefused] = useState<NotClosed | null>(null);
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(0);
  const of = `${clubId} ${day}`;
  const closings = found?.of === of ? found.closings : null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` and the connection say when to read again
  useEffect(() => {
    const left = new AbortController();
    setRefused(null);
    if (clubId === '' || day === '') return;
    readClosings(clubId, day, left.signal)
      .then((read) => {
        setFound({ of, closings: read });
        setFailed(false);
      })
      .catch(() => {
        if (!left.signal.aborted) setFailed(true);
      });
    return () => left.abort();
  }, [clubId, day, connected, asked]);

  const close = (withoutMissing: boolean) => {
    setBusy(true);
    signOff(clubId, day, withoutMissing)
      .then((answer) => {
        if (typeof answer === 'string') setRefused(answer);
        else setAsked((count) => count + 1);
      })
      .catch(() => setFailed(true))
      .finally(() => setBusy(false));
  };

  return (
    <main className="cases closings">
      <div className="heading">
        <h1>{text.closings}</h1>
        <p className="club-choice">
          <label htmlFor="club">{text.club}</label>
          <select id="club" value={clubId} onChange={(event) => setClubId(event.target.value)}>
            {view.clubs.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <label htmlFor="day">{text.day}</label>
          <input id="day" type="date" value={day} onChange={(event) => setDay(event.target.value)} />
        </p>
      </div>
      <p className="closing-lead">{text.lead}</p>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      <div role="status">
        {failed && <p className="lost">{text.noAnswer}</p>}
        {refused && <p className="notice watch">{text.notClosed[refused]}</p>}
        {!closings && !failed && <p className="note">{text.loading}</p>}
        {closings?.tills.length === 0 && <p className="empty">{text.nothing}</p>}
      </div>
      {closings && closings.tills.length > 0 && (
        <DayOfClub {...{ closings, club, language, text, busy }} onSignOff={close} />
      )}
    </main>
  );
}

function DayOfClub(props: {
  readonly closings: ClosingView;
  readonly club: ClubView | undefined;
  readonly language: Language;
  readonly text: ClosingWords;
  readonly busy: boolean;
  readonly onSignOff: (withoutMissing: boolean) => void;
}) {
  const { closings, club, language, text, busy, onSignOff } = props;
  const { tills, missing } = closings;
  const last = closings.closings.at(-1);
  const signed = new Set(last?.content.tills.map(({ signature }) => signature));
  const isSignedOff =
    last !== undefined &&
    last.missing.join() === missing.join() &&
    tills.every(({ signature }) => signed.has(signature));
  const total = tills.reduce((sum, { closing }) => sum + closing.total, 0);
  return (
    <>
      <section className="closing-day" aria-labelledby="tills">
        <h2 id="tills">{text.tills}</h2>
        <table>
          <thead>
            <tr>
              {Object.entries(text.columns).map(([name, title]) => (
                <th key={name} scope="col" className={name}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tills.map(({ closing, signature }) => (
              <tr key={closing.till} data-testid="till-of-day">
                <th scope="row">{closing.till}</th>
                <td>{closing.no}</td>
                <td className="signature">
                  <code>{signature.slice(0, 12)}…</code>
                </td>
                {counts.map((name) => (
                  <td key={name} className={name}>
                    {closing.tickets[name]}
                  </td>
                ))}
                <td className="total">{formatEuros(closing.total, language)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{text.total}</th>
              <td />
              <td className="signature" />
              {counts.map((name) => (
                <td key={name} className={name}>
                  {tills.reduce((sum, { closing }) => sum + closing.tickets[name], 0)}
                </td>
              ))}
              <td className="total" data-testid="total-of-day">
                {formatEuros(total, language)}
              </td>
            </tr>
          </tfoot>
        </table>
        {missing.length > 0 && (
          <p className="notice watch" data-testid="missing-tills">
            <strong>{text.missing(missing.join(', '))}</strong> {text.missingAdvice}
          </p>
        )}
        {!isSignedOff && (
          <button type="button" disabled={busy} onClick={() => onSignOff(missing.length > 0)}>
            {missing.length > 0 ? text.signOffWithout : text.signOff}
          </button>
        )}
      </section>
      {closings.closings.length > 0 && (
        <section className="settled" aria-labelledby="signed-off">
          <h2 id="signed-off">{text.signedOff}</h2>
          <ul>
            {closings.closings.map(({ no, content, missing: without, by, signature }) => {
              const replacing = closings.closings.find(({ corrects }) => corrects === no);
              return (
                <li key={no} data-testid="signed-off">
                  <div>
                    <strong>{text.number(no)}</strong>
                    <small>
                      <code>{signature.slice(0, 12)}…</code>
                    </small>
                  </div>
                  <div className="settled-words">
                    <strong>{formatEuros(content.total, language)}</strong>
                    <span>
                      {[
                        ...(without.length > 0 ? [text.without(without.join(', '))] : []),
                        ...(replacing ? [text.replacedBy(replacing.no)] : []),
                      ].join(', ')}
                    </span>
                  </div>
                  <div className="settled-by">
                    <span>{text.by(by, dayAndTime(content.dt, club?.timeZone, language))}</span>
                  </div>
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}

/** The day before this moment where the club is: the last one that is over. */
function dayBefore(iso: string, timeZone: string | undefined): string {
  const today = new Intl.DateTimeFormat('en-CA', {
    dateStyle: 'short',
    ...(timeZone ? { timeZone } : {}),
  }).format(new Date(iso));
  return new Date(Date.parse(`${today}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}
