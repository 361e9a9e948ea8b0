import { browserClock } from '@portillon/ui/browser-clock.ts';
import { useEffect, useRef, useState } from 'react';
import type { LiveView } from '../http/staff/live-view.ts';
import { ClubPanel } from './club-panel.tsx';
import { ConnectionLost } from './connection-lost.tsx';
import { gateWords } from './gate-words.ts';
import { LiveTables } from './live-tables.tsx';
import { PassageFeed } from './passage-feed.tsx';
import { RefusalFeed } from './refusal-feed.tsx';
import type { Language, Words } from './words.ts';

/** Who is inside now, who came, who was refused and why. */
export function LivePage(props: { text: Words; language: Language; view: LiveView; connected: boolean }) {
  const { text, language, view, connected } = props;
  const [shape, setShape] = useState<'wall' | 'table'>('wall');

  return (
    <main className="live">
      <div className="heading">
        <h1>{text.live}</h1>
        <fieldset className="choice">
          <legend className="unseen">{text.view}</legend>
          {(['wall', 'table'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={shape === one} onClick={() => setShape(one)}>
              {text[one]}
            </button>
          ))}
        </fieldset>
      </div>
      {!connected && <ConnectionLost since={view.at} text={text} />}
      <AlarmStrip view={view} language={language} />
      <Summary view={view} text={text} />
      {shape === 'table' ? (
        <LiveTables view={view} text={text} />
      ) : (
        <div className="wall">
          <section className="clubs" aria-label={text.clubs}>
            {view.clubs.map((club) => (
              <ClubPanel key={club.id} club={club} text={text} />
            ))}
          </section>
          <RefusalFeed view={view} text={text} />
          <PassageFeed view={view} text={text} />
        </div>
      )}
    </main>
  );
}

/** Alarms of gates that go on now, with the way to them. */
function AlarmStrip({ view, language }: { view: LiveView; language: Language }) {
  const text = gateWords[language];
  const standing = view.alarms.filter(({ endedAt }) => endedAt === null);
  if (standing.length === 0) return null;
  const clubs = new Map(view.clubs.map(({ id, name }) => [id, name]));
  return (
    <p className="alarm-strip" role="alert" data-testid="alarm-strip">
      {standing.map(({ id, kind, gateName, clubId }) => (
        <span key={id}>{[text.kinds[kind], gateName, clubs.get(clubId)].join(' · ')}</span>
      ))}
      <a href="#gates">{text.seeGates}</a>
    </p>
  );
}

const summaryGapMs = 10_000;

/** For those who listen: the state in a sentence, at most one every ten seconds, never one for each passage. */
function Summary({ view, text }: { view: LiveView; text: Words }) {
  const counts = view.clubs
    .filter(({ inside }) => inside !== null)
    .map(({ name, inside }) => text.summary(name, inside ?? 0));
  const [refusal] = view.refusals;
  const sentence = [...counts, ...(refusal ? [text.lastRefusal(text.reasons[refusal.reason])] : [])].join(
    ' ',
  );
  const [said, setSaid] = useState(sentence);
  const saidAtMs = useRef(browserClock.monotonicMs());
  useEffect(() => {
    if (sentence === said) return;
    const leftMs = Math.max(0, saidAtMs.current + summaryGapMs - browserClock.monotonicMs());
    return browserClock.setTimer(leftMs, () => {
      saidAtMs.current = browserClock.monotonicMs();
      setSaid(sentence);
    });
  }, [sentence, said]);
  return (
    <p className="unseen" aria-live="polite">
      {said}
    </p>
  );
}
