import { useEffect, useState } from 'react';
import type { GateHistory } from '../http/staff/gate-view.ts';
import type { LiveView } from '../http/staff/live-view.ts';
import { ConnectionLost } from './connection-lost.tsx';
import { AlarmWords, GateAlarms } from './gate-alarms.tsx';
import { GateCard, OrderWords } from './gate-card.tsx';
import { readGateHistory } from './gate-requests.ts';
import { gateWords } from './gate-words.ts';
import { type Language, words } from './words.ts';

/** The gates of every club: their alarms, how they stand, opening one with a reason, and what was done before. */
export function GatesPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = gateWords[language];
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));
  const withGates = view.clubs.filter(({ id }) => view.gates.some(({ clubId }) => clubId === id));
  return (
    <main className="cases gates">
      <div className="heading">
        <h1>{text.gates}</h1>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      <p className="gates-lead">{text.lead}</p>
      <section aria-labelledby="alarms">
        <h2 id="alarms">{text.alarms}</h2>
        {view.alarms.length === 0 && <p className="empty">{text.noAlarms}</p>}
        <GateAlarms alarms={view.alarms} clubs={clubs} text={text} />
      </section>
      {view.gates.length === 0 && <p className="empty">{text.noGates}</p>}
      {withGates.map((club) => (
        <section key={club.id} aria-labelledby={`gates-${club.id}`}>
          <h2 id={`gates-${club.id}`}>{club.name}</h2>
          <ul className="gate-list">
            {view.gates
              .filter(({ clubId }) => clubId === club.id)
              .map((gate) => (
                <GateCard
                  key={`${gate.edgeId} ${gate.gateId}`}
                  gate={gate}
                  club={club}
                  alarms={view.alarms.filter(
                    ({ clubId, gateId }) => clubId === club.id && gateId === gate.gateId,
                  )}
                  text={text}
                />
              ))}
          </ul>
        </section>
      ))}
      <History language={language} view={view} />
    </main>
  );
}

function History({ language, view }: { language: Language; view: LiveView }) {
  const text = gateWords[language];
  const [history, setHistory] = useState<GateHistory | null>(null);
  const [failed, setFailed] = useState(false);
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));
  // What the live view shows of orders and alarms says when there is something new to read.
  const state = JSON.stringify([view.gates.map(({ lastOrder }) => lastOrder), view.alarms]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `state` says when to read again
  useEffect(() => {
    const left = new AbortController();
    readGateHistory(left.signal)
      .then((read) => {
        setHistory(read);
        setFailed(false);
      })
      .catch(() => {
        if (!left.signal.aborted) setFailed(true);
      });
    return () => left.abort();
  }, [state]);
  const standing = new Set(view.alarms.map(({ id }) => id));
  const over = history?.alarms.filter(({ id }) => !standing.has(id)) ?? [];
  return (
    <section aria-labelledby="gate-history">
      <h2 id="gate-history">{text.history}</h2>
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      <div className="gate-history">
        <section aria-labelledby="gate-orders">
          <h3 id="gate-orders">{text.orders}</h3>
          {history?.orders.length === 0 && <p className="empty">{text.noneYet}</p>}
          <ul data-testid="gate-orders">
            {history?.orders.map((order) => (
              <li key={order.id}>
                <OrderWords order={order} club={clubs.get(order.clubId)} text={text} />
                <small>
                  {[nameOfGate(view, order), clubs.get(order.clubId)?.name].filter(Boolean).join(' · ')}
                </small>
              </li>
            ))}
          </ul>
        </section>
        <section aria-labelledby="past-alarms">
          <h3 id="past-alarms">{text.pastAlarms}</h3>
          {history && over.length === 0 && <p className="empty">{text.noneYet}</p>}
          <ul data-testid="past-alarms">
            {over.map((alarm) => (
              <li key={alarm.id}>
                <AlarmWords alarm={alarm} club={clubs.get(alarm.clubId)} text={text} />
              </li>
            ))}
          </ul>
        </section>
      </div>
    </section>
  );
}

function nameOfGate(view: LiveView, of: { readonly edgeId: string; readonly gateId: string }): string {
  return (
    view.gates.find(({ edgeId, gateId }) => edgeId === of.edgeId && gateId === of.gateId)?.name ?? of.gateId
  );
}
