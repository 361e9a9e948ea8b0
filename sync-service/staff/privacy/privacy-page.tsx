import type { LiveView } from '../../http/staff/live-view.ts';
import { type PrivacyDesk, privacyDeskSchema } from '../../http/staff/privacy-view.ts';
import { useAnswer } from '../access/use-answer.ts';
import { ConnectionLost } from '../connection-lost.tsx';
import { fullDate } from '../full-date.ts';
import { May } from '../rights.tsx';
import { type Language, words } from '../words.ts';
import { FindPerson } from './find-person.tsx';
import { OrderCard } from './order-card.tsx';
import { privacyWords } from './privacy-words.ts';
import { RequestCard } from './request-card.tsx';
import { RetentionPanel } from './retention-panel.tsx';

/** The privacy desk (J20): who asks to be forgotten, what would go, and which store has answered. */
export function PrivacyPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = privacyWords[language];
  // Asked again with every change that the live stream tells: an answer of a box is one.
  const { shown, failed, askAgain } = useAnswer('privacy', privacyDeskSchema, `${connected} ${view.at}`);
  return (
    <main className="access privacy">
      <div className="heading">
        <h1>{text.privacy}</h1>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      <p className="lead">{text.lead}</p>
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      {!shown && !failed && <p className="note">{text.reading}</p>}
      <May act="privacy.erase">
        <FindPerson language={language} view={view} onMade={askAgain} />
      </May>
      {shown && (
        <>
          <section className="panel" aria-labelledby="erasure-requests">
            <h2 id="erasure-requests">{text.requests}</h2>
            {shown.requests.length === 0 && <p className="empty">{text.noRequests}</p>}
            <ul className="rows">
              {shown.requests.map((request) => (
                <RequestCard
                  key={request.id}
                  language={language}
                  view={view}
                  request={request}
                  onChanged={askAgain}
                />
              ))}
            </ul>
          </section>
          <section className="panel" aria-labelledby="purge-orders">
            <h2 id="purge-orders">{text.orders}</h2>
            {shown.orders.length === 0 && <p className="empty">{text.noOrders}</p>}
            <ul className="rows">
              {shown.orders.map((order) => (
                <OrderCard
                  key={order.id}
                  language={language}
                  view={view}
                  order={order}
                  onChanged={askAgain}
                />
              ))}
            </ul>
          </section>
          <RetentionPanel language={language} news={`${connected}`} />
          <Log log={shown.log} language={language} />
        </>
      )}
    </main>
  );
}

function Log({ log, language }: { readonly log: PrivacyDesk['log']; readonly language: Language }) {
  const text = privacyWords[language];
  return (
    <section className="panel history" aria-labelledby="privacy-log">
      <h2 id="privacy-log">{text.log}</h2>
      {log.length === 0 && <p className="empty">{text.noLog}</p>}
      <ul>
        {log.map(({ id, at, by, action, detail }) => (
          <li key={id}>
            <p className="history-head">
              <span>
                <strong>{by ?? text.byItself}</strong> {text.actions[action] ?? action}
              </span>
              <time dateTime={at}>{fullDate(at, undefined, language)}</time>
            </p>
            {typeof detail.reason === 'string' && <p className="reason">{detail.reason}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
