import { gateActions } from '@portillon/core/wire/messages.ts';
import { useState } from 'react';
import type { GateAlarmView, GateOrderView, GateView } from '../http/staff/gate-view.ts';
import type { ClubView } from '../http/staff/live-view.ts';
import { GateOrderForm } from './gate-order-form.tsx';
import { faultWords, type GateWords } from './gate-words.ts';
import { May } from './rights.tsx';
import { timeOfDay } from './words.ts';

export interface GateCardProps {
  readonly gate: GateView;
  readonly club: ClubView | undefined;
  /** Of this gate. */
  readonly alarms: readonly GateAlarmView[];
  readonly text: GateWords;
}

/** One gate: how it stands, what can be done with it, and what became of the last order. */
export function GateCard({ gate, club, alarms, text }: GateCardProps) {
  const [action, setAction] = useState<GateOrderView['action'] | null>(null);
  const isFire = alarms.some(({ kind, endedAt }) => kind === 'fire' && endedAt === null);
  const possible = gateActions.filter(
    (one) =>
      (one !== 'open-exit' || gate.releasesExit) &&
      (one !== 'hold-open' || (gate.canHoldOpen && gate.standing !== 'held-open')) &&
      (one !== 'lock' || gate.standing !== 'locked') &&
      (one !== 'normal' || gate.standing !== 'normal'),
  );
  return (
    <li className="gate" data-testid="gate" data-standing={gate.standing}>
      <header>
        <h3>{gate.name}</h3>
        {isFire && <strong className="pill stop">{text.fire}</strong>}
        <strong className={`pill ${gate.standing === 'normal' ? 'calm' : 'watch'}`}>
          {text.standings[gate.standing]}
        </strong>
        {gate.standing !== 'normal' && (
          <span className="gate-since">{text.since(timeOfDay(gate.since, club?.timeZone, false))}</span>
        )}
      </header>
      {club?.online === false && <p className="gate-offline">{text.offline}</p>}
      {action === null ? (
        <May act="gate.order">
          <p className="gate-actions">
            {possible.map((one) => (
              <button
                key={one}
                type="button"
                className={one === 'open-entry' ? 'primary' : undefined}
                onClick={() => setAction(one)}
              >
                {text.actions[one]}
              </button>
            ))}
          </p>
        </May>
      ) : (
        <GateOrderForm gate={gate} action={action} text={text} onClosed={() => setAction(null)} />
      )}
      <p className="gate-last" role="status">
        <span className="gate-label">{text.lastOrder}</span>{' '}
        {gate.lastOrder ? <OrderWords order={gate.lastOrder} club={club} text={text} /> : text.noOrder}
      </p>
    </li>
  );
}

/** What was ordered, by whom and why, and what became of it. */
export function OrderWords({
  order,
  club,
  text,
}: {
  readonly order: GateOrderView;
  readonly club: ClubView | undefined;
  readonly text: GateWords;
}) {
  const facts = [
    text.actions[order.action],
    text.by(order.madeBy),
    timeOfDay(order.madeAt, club?.timeZone),
    text.reasons[order.reason],
    ...(order.words ? [order.words] : []),
    ...(order.passages > 0 ? [text.passages(order.passages)] : []),
  ];
  const isWell = order.status === 'done' && order.fault === null;
  return (
    <>
      <strong
        className={isWell ? 'well' : order.status === 'open' ? '' : 'unwell'}
        data-testid="order-status"
      >
        {text.statuses[order.status]}
        {order.fault !== null && `, ${faultWords(order.fault, text)}`}
      </strong>{' '}
      {facts.join(' · ')}
    </>
  );
}
