import { formatEuros } from '@portillon/ui/format/money.ts';
import { useState } from 'react';
import type { ClubView } from '../http/staff/live-view.ts';
import type { OrderList, ShownOrder } from '../http/staff/order-view.ts';
import { cancelOrder } from './order-requests.ts';
import type { OrderWords } from './order-words.ts';
import { nameOf } from './person.tsx';
import { dayAndTime, type Language, words } from './words.ts';

export interface OrderListsProps {
  readonly list: OrderList;
  readonly clubs: ReadonlyMap<string, ClubView>;
  readonly language: Language;
  readonly text: OrderWords;
  readonly onCancelled: () => void;
}

/** The orders that wait, each with the way to take it back, and below them those that are over. */
export function OrderLists({ list, clubs, language, text, onCancelled }: OrderListsProps) {
  const [asking, setAsking] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const cancel = (orderId: string) => {
    setAsking(null);
    setFailed(false);
    void cancelOrder(orderId).then(onCancelled, () => setFailed(true));
  };
  const line = (order: ShownOrder) => (
    <OrderLine key={order.id} order={order} club={clubs.get(order.clubId)} language={language} text={text}>
      {order.status === 'open' &&
        (asking === order.id ? (
          <p className="actions">
            <span>{text.cancelQuestion}</span>
            <button type="button" className="primary" onClick={() => cancel(order.id)}>
              {text.cancelThis}
            </button>
            <button type="button" className="plain" onClick={() => setAsking(null)}>
              {text.keep}
            </button>
          </p>
        ) : (
          <button type="button" className="plain" onClick={() => setAsking(order.id)}>
            {text.cancel}
          </button>
        ))}
    </OrderLine>
  );
  return (
    <>
      <section className="settled" aria-labelledby="open-orders">
        <h2 id="open-orders">{text.open}</h2>
        {failed && (
          <p className="lost" role="alert">
            {text.noAnswer}
          </p>
        )}
        {list.open.length === 0 && <p className="empty">{text.noneOpen}</p>}
        <ul data-testid="open-orders">{list.open.map(line)}</ul>
      </section>
      <section className="settled" aria-labelledby="orders-over">
        <h2 id="orders-over">{text.over}</h2>
        {list.over.length === 0 && <p className="empty">{text.noneOver}</p>}
        <ul data-testid="orders-over">{list.over.map(line)}</ul>
      </section>
    </>
  );
}

function OrderLine(props: {
  readonly order: ShownOrder;
  readonly club: ClubView | undefined;
  readonly language: Language;
  readonly text: OrderWords;
  readonly children: React.ReactNode;
}) {
  const { order, club, language, text, children } = props;
  const time = (iso: string) => dayAndTime(iso, club?.timeZone, language);
  const facts = [
    ...(order.saleReference === null ? [] : [order.saleReference]),
    ...(order.amountCents === 0 ? [] : [formatEuros(order.amountCents, language)]),
    ...(order.who ? [nameOf(order.who, '', words[language])] : []),
    ...(club ? [club.name] : []),
  ];
  return (
    <li data-testid="order" data-status={order.status}>
      <div>
        <strong>{text.kinds[order.kind]}</strong>
        <small>{facts.join(' · ')}</small>
      </div>
      <div className="settled-words">
        <strong>{text.statuses[order.status]}</strong>
        <span>{order.reason}</span>
      </div>
      <div className="settled-by">
        <span>{text.by(order.madeBy, time(order.madeAt))}</span>
        {order.status === 'open' && <span>{text.until(time(order.expiresAt))}</span>}
        {order.closedAt !== null && <time dateTime={order.closedAt}>{time(order.closedAt)}</time>}
      </div>
      {children}
    </li>
  );
}
