import { useEffect, useState } from 'react';
import {
  type InterventionList,
  interventionListSchema,
  type ShownIntervention,
} from '../http/staff/intervention-view.ts';
import type { LiveView } from '../http/staff/live-view.ts';
import { BoxListSection } from './box-list.tsx';
import { ConnectionLost } from './connection-lost.tsx';
import { type DeviceWords, deviceWords } from './device-words.ts';
import { nameOf } from './person.tsx';
import { dayAndTime, type Language, words } from './words.ts';

/** What staff did to the card dispensers: who, when, why, and whether the cards add up. */
export function DevicesPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = deviceWords[language];
  const [list, setList] = useState<InterventionList | null>(null);
  const [failed, setFailed] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again when the connection is back
  useEffect(() => {
    const left = new AbortController();
    readInterventions(left.signal)
      .then((read) => {
        setList(read);
        setFailed(false);
      })
      .catch(() => {
        if (!left.signal.aborted) setFailed(true);
      });
    return () => left.abort();
  }, [connected]);
  return (
    <main className="cases" data-testid="devices">
      <div className="heading">
        <h1>{text.devices}</h1>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      <BoxListSection language={language} view={view} />
      {failed && (
        <p className="lost" role="alert">
          {text.noAnswer}
        </p>
      )}
      {!list && !failed && <p className="note">{text.loading}</p>}
      <div className="settled">
        <h2>{text.interventions}</h2>
        <p className="closing-lead">{text.lead}</p>
      </div>
      {list?.interventions.length === 0 && <p className="empty">{text.none}</p>}
      <section aria-label={text.interventions} className="settled">
        <ul data-testid="interventions">
          {list?.interventions.map((one) => (
            <Intervention key={one.id} one={one} view={view} language={language} text={text} />
          ))}
        </ul>
      </section>
    </main>
  );
}

function Intervention(props: {
  one: ShownIntervention;
  view: LiveView;
  language: Language;
  text: DeviceWords;
}) {
  const { one, view, language, text } = props;
  const club = view.clubs.find(({ id }) => id === one.clubId);
  const did = [
    one.filled === null ? null : text.filled(one.filled),
    one.emptied === null ? null : text.emptied(one.emptied),
    one.takenByHand === 0 ? null : text.takenByHand(one.takenByHand),
  ].filter((part) => part !== null);
  const differs = [
    one.binDifference ? text.bin(one.binDifference) : null,
    one.pathDifference === 0 ? null : text.path(one.pathDifference),
  ].filter((part) => part !== null);
  return (
    <li>
      <div>
        <strong>
          {text.dispenser}, {text.outcome[one.outcome]}
        </strong>
        <small>
          {dayAndTime(one.at, club?.timeZone, language)}, {club?.name ?? one.clubId},{' '}
          {text.by(nameOf(one.who, text.somebody, words[language]))}
        </small>
      </div>
      <div>
        {one.faultBefore === null ? text.noCause : text.cause(one.faultBefore)}
        {did.length === 0 ? '' : `; ${did.join(', ')}`}
      </div>
      <p className="settled-by">{differs.length === 0 ? text.tally : differs.join(' ')}</p>
    </li>
  );
}

async function readInterventions(signal: AbortSignal): Promise<InterventionList> {
  const response = await fetch('api/interventions', { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return interventionListSchema.parse(await response.json());
}
