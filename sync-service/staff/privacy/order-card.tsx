import { useId, useState } from 'react';
import type { LiveView } from '../../http/staff/live-view.ts';
import { isSettled, type PurgeOrderView, type StoreAnswerView } from '../../http/staff/privacy-view.ts';
import { fullDate } from '../full-date.ts';
import type { Language } from '../words.ts';
import { sendPrivacy } from './privacy-requests.ts';
import { privacyWords } from './privacy-words.ts';
import { shortDay } from './short-day.ts';

/** One purge order: which place of the base and which box has answered, and what is still owed (I12). */
export function OrderCard(props: {
  readonly language: Language;
  readonly view: LiveView;
  readonly order: PurgeOrderView;
  readonly onChanged: () => void;
}) {
  const { language, view, order, onChanged } = props;
  const text = privacyWords[language];
  const id = useId();
  const settled = order.answers.filter(({ state }) => isSettled(state)).length;
  const boxes = order.answers.filter(({ edgeId }) => edgeId !== null);
  return (
    <li data-testid="purge-order">
      <p className="request-head">
        <strong>{text.ordered(fullDate(order.madeAt, undefined, language))}</strong>
        <span className="tag" data-progress={order.progress}>
          {text.progress[order.progress]}
        </span>
      </p>
      <p className="hint">
        {[
          text.why[order.why],
          text.answered(settled, order.answers.length),
          order.doneAt
            ? text.doneAt(fullDate(order.doneAt, undefined, language))
            : text.dueAt(fullDate(order.dueAt, undefined, language)),
          ...order.kept.map(({ purpose, until }) => text.keptDocuments(purpose, shortDay(until, language))),
        ].join(' · ')}
      </p>
      <ul className="base-stores" aria-label={text.base}>
        {order.answers
          .filter(({ edgeId }) => edgeId === null)
          .map((answer) => (
            <li key={answer.store} data-settled={isSettled(answer.state)}>
              {text.pair(text.baseStores[answer.store] ?? answer.store, text.answers[answer.state])}
              {answer.store === 'words' && answer.fault && !isSettled(answer.state) && (
                <>
                  <small className="hint">{text.nameUnread}</small>
                  <Settlement
                    answer={answer}
                    orderId={order.id}
                    label={text.wordsLookedFor}
                    language={language}
                    onChanged={onChanged}
                  />
                </>
              )}
            </li>
          ))}
      </ul>
      {boxes.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keys
        <section className="scroll" aria-labelledby={id} tabIndex={0}>
          <table>
            <caption id={id}>{text.boxes}</caption>
            <thead>
              <tr>
                {(['box', 'answer', 'told', 'contact'] as const).map((column) => (
                  <th key={column} scope="col">
                    {text.columns[column]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {boxes.map((answer) => (
                <BoxRow
                  key={answer.store}
                  answer={answer}
                  orderId={order.id}
                  club={view.clubs.find((club) => club.id === answer.clubId)?.name ?? answer.store}
                  language={language}
                  onChanged={onChanged}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </li>
  );
}

function BoxRow(props: {
  readonly answer: StoreAnswerView;
  readonly orderId: string;
  readonly club: string;
  readonly language: Language;
  readonly onChanged: () => void;
}) {
  const { answer, orderId, club, language, onChanged } = props;
  const text = privacyWords[language];
  const when = (iso: string) => fullDate(iso, undefined, language);
  return (
    <tr data-settled={isSettled(answer.state)}>
      <th scope="row">
        {club}
        {!answer.boxInUse && <small className="hint"> ({text.notInUse})</small>}
      </th>
      <td>
        {text.answers[answer.state]}
        {answer.overdue && <strong className="late"> {text.overdue}</strong>}
        {answer.fault && <small className="hint"> {answer.fault}</small>}
        {!answer.boxInUse && !isSettled(answer.state) && (
          <Settlement
            answer={answer}
            orderId={orderId}
            label={text.diskGone}
            language={language}
            onChanged={onChanged}
          />
        )}
      </td>
      <td>{text.told(answer.timesTold, when(answer.toldAt))}</td>
      <td>{answer.lastContactAt ? when(answer.lastContactAt) : '–'}</td>
    </tr>
  );
}

/** What staff say in the place of a store that does not answer for itself, with a reason. */
function Settlement(props: {
  readonly answer: StoreAnswerView;
  readonly orderId: string;
  readonly label: string;
  readonly language: Language;
  readonly onChanged: () => void;
}) {
  const { answer, orderId, label, language, onChanged } = props;
  const text = privacyWords[language];
  const [reason, setReason] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const settle = () => {
    if ((reason ?? '').trim().length < 3) return setProblem(text.reasonTooShort);
    sendPrivacy(`orders/${orderId}/stores/${answer.store}/settlement`, { reason: reason?.trim() })
      .then((done) => {
        if ('refused' in done)
          return setProblem(text.refusals[done.refused] ?? text.refusedBecause(done.refused));
        onChanged();
      })
      .catch(() => setProblem(text.noAnswer));
  };
  if (reason === null) {
    return (
      <button type="button" onClick={() => setReason('')}>
        {label}
      </button>
    );
  }
  return (
    <span className="change">
      <label htmlFor={id}>{text.reason}</label>
      <input id={id} value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
      <span className="problem" role="alert">
        {problem}
      </span>
      <button type="button" onClick={settle}>
        {label}
      </button>
    </span>
  );
}
