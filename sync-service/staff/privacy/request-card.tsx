import { formatEuros } from '@portillon/ui/format/money.ts';
import { useState } from 'react';
import type { LiveView } from '../../http/staff/live-view.ts';
import {
  type BlockingView,
  type ErasurePlanView,
  type ErasureRequestView,
  erasurePlanSchema,
} from '../../http/staff/privacy-view.ts';
import { useAnswer } from '../access/use-answer.ts';
import { fullDate } from '../full-date.ts';
import type { Language } from '../words.ts';
import { CopyRequest } from './copy-request.tsx';
import { sendPrivacy } from './privacy-requests.ts';
import { privacyWords } from './privacy-words.ts';
import { ReasonField, reasonMin } from './reason-field.tsx';
import { shortDay } from './short-day.ts';

interface CardProps {
  readonly language: Language;
  readonly view: LiveView;
  readonly request: ErasureRequestView;
  readonly onChanged: () => void;
}

/** One request: who, how it came, what would go (PV20), and the decision of staff. */
export function RequestCard({ language, view, request, onChanged }: CardProps) {
  const text = privacyWords[language];
  const [open, setOpen] = useState(false);
  const club = view.clubs.find(({ id }) => id === request.homeClubId);
  return (
    <li className={request.state === 'open' ? undefined : 'over'} data-testid="erasure-request">
      <p className="request-head">
        <strong>{request.name ?? (request.state === 'carried-out' ? text.forgotten : text.noName)}</strong>
        <span className="tag" data-state={request.state}>
          {text.states[request.state]}
        </span>
        {request.overdue && (
          <span className="tag" data-progress="overdue">
            {text.progress.overdue}
          </span>
        )}
      </p>
      <p className="hint">
        {[
          text.asks[request.asks],
          club?.name,
          text.asked(text.ways[request.way], fullDate(request.madeAt, undefined, language), request.madeBy),
          request.matched.length > 0 &&
            `${text.matchedBy} ${request.matched.map((key) => text.keys[key].toLowerCase()).join(', ')}`,
          request.state === 'open' && text.answerBy(shortDay(request.dueAt, language)),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {request.closedAt && (
        <p className="hint">
          {[fullDate(request.closedAt, undefined, language), request.closedBy, request.reason]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {request.state === 'open' && (
        <p className="ways">
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? text.hide : request.asks === 'copy' ? text.seeCopy : text.dryRun}
          </button>
        </p>
      )}
      {open && request.state === 'open' && request.way === 'kiosk' && (
        <p className="note">{text.onlyACard}</p>
      )}
      {open && request.state === 'open' && request.asks === 'copy' && (
        <CopyRequest language={language} request={request} onChanged={onChanged} />
      )}
      {open && request.state === 'open' && request.asks === 'erasure' && (
        <Plan language={language} request={request} onChanged={onChanged} />
      )}
    </li>
  );
}

function Plan({ language, request, onChanged }: Omit<CardProps, 'view'>) {
  const text = privacyWords[language];
  const { shown, failed, askAgain } = useAnswer(
    `privacy/requests/${request.id}/plan`,
    erasurePlanSchema,
    request.id,
  );
  if (failed) return <p className="problem">{text.noAnswer}</p>;
  if (!shown) return <p className="note">{text.reading}</p>;
  return (
    <>
      <PlanLists plan={shown} language={language} />
      <Decision
        key={shown.digest}
        language={language}
        request={request}
        plan={shown}
        onChanged={onChanged}
        onLookAgain={askAgain}
      />
    </>
  );
}

function PlanLists({ plan, language }: { readonly plan: ErasurePlanView; readonly language: Language }) {
  const text = privacyWords[language];
  const { goes, holds } = plan;
  const goesKeys = [
    'particulars',
    'photos',
    'documents',
    'credentials',
    'entries',
    'words',
    'boxes',
  ] as const;
  return (
    <div className="plan" data-testid="plan">
      {holds.blocking.length > 0 && (
        <section className="held">
          <h3>{text.heldTitle}</h3>
          <ul>
            {holds.blocking.map((one) => (
              <li key={one.kind}>{heldWords(one, language)}</li>
            ))}
          </ul>
        </section>
      )}
      {plan.records > 1 && <p className="hint">{text.ofRecords(plan.records)}</p>}
      <section>
        <h3>{text.goesTitle}</h3>
        <ul>
          {goesKeys.map((key) => (
            <li key={key}>{text.goes[key](goes[key])}</li>
          ))}
        </ul>
      </section>
      <section>
        <h3>{text.staysTitle}</h3>
        <ul>
          {holds.kept.map(({ what, count, until }) => (
            <li key={what}>{text.stays[what](count, until === null ? '' : shortDay(until, language))}</li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function heldWords(one: BlockingView, language: Language): string {
  const text = privacyWords[language];
  if (one.kind === 'running-membership') {
    const until = one.until === null ? null : shortDay(one.until, language);
    return `${text.held[one.kind](1, '')}, ${text.heldUntil(until)}`;
  }
  const amount = 'amountCents' in one ? formatEuros(one.amountCents, language) : '';
  return text.held[one.kind](one.count, amount);
}

function Decision(props: {
  readonly language: Language;
  readonly request: ErasureRequestView;
  readonly plan: ErasurePlanView;
  readonly onChanged: () => void;
  readonly onLookAgain: () => void;
}) {
  const { language, request, plan, onChanged, onLookAgain } = props;
  const text = privacyWords[language];
  const [reason, setReason] = useState('');
  const [sure, setSure] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const send = (path: string, body: object) => {
    if (reason.trim().length < reasonMin) return setProblem(text.reasonTooShort);
    setProblem(null);
    sendPrivacy(`requests/${request.id}/${path}`, { ...body, reason: reason.trim() })
      .then((answer) => {
        if (!('refused' in answer)) return onChanged();
        setSure(false);
        setProblem(text.refusals[answer.refused] ?? text.refusedBecause(answer.refused));
        if (answer.refused === 'erasure.changed' || answer.refused === 'erasure.held') onLookAgain();
      })
      .catch(() => setProblem(text.noAnswer));
  };

  const ask = () => {
    setProblem(null);
    setSure(true);
  };

  return (
    <div className="change decision">
      <ReasonField language={language} value={reason} problem={problem} onChange={setReason} />
      {sure ? (
        <>
          <p role="status">
            <strong>{text.sure}</strong>
          </p>
          <p className="actions">
            <button
              type="button"
              className="primary"
              onClick={() => send('erasure', { digest: plan.digest })}
            >
              {text.eraseForGood}
            </button>
            <button type="button" onClick={() => setSure(false)}>
              {text.back}
            </button>
          </p>
        </>
      ) : (
        <p className="actions">
          {plan.holds.blocking.length === 0 && (
            <button type="button" className="primary" onClick={ask}>
              {text.erase}
            </button>
          )}
          <button type="button" onClick={() => send('closing', { state: 'withdrawn' })}>
            {text.withdraw}
          </button>
          <button type="button" onClick={() => send('closing', { state: 'declined' })}>
            {text.decline}
          </button>
        </p>
      )}
    </div>
  );
}
