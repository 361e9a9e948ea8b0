import { formatEuros } from '@portillon/ui/format/money.ts';
import type { OpenCase } from '../http/staff/case-view.ts';
import type { ClubView } from '../http/staff/live-view.ts';
import type { CaseWords } from './case-words.ts';
import { MemberLink } from './member/member-link.tsx';
import { Face, WatchMark } from './person.tsx';
import { May } from './rights.tsx';
import { SamePersonPanel } from './same-person.tsx';
import { SettleForm, type SettleFormProps } from './settle-form.tsx';
import { addressOfOrders } from './use-place.ts';
import { ago, dayAndTime, type Language, words } from './words.ts';

export interface CaseCardProps {
  readonly shown: OpenCase;
  readonly club: ClubView | undefined;
  /** The base's time. */
  readonly now: string;
  readonly language: Language;
  readonly text: CaseWords;
  readonly settling: boolean;
  readonly onSettle: () => void;
  readonly onSettled: SettleFormProps['onSettled'];
  readonly onBack: () => void;
}

/** One case: what happened and what to do at the left, whom and what it is about at the right. */
export function CaseCard(props: CaseCardProps) {
  const { shown, club, now, language, text, settling } = props;
  const kind = text.kinds[shown.kind];
  const order = orderFor[shown.kind];
  const amount = shown.amountCents === 0 ? null : formatEuros(shown.amountCents, language);
  return (
    <li className="case" data-testid="open-case" data-kind={shown.kind}>
      <header>
        <h2 id={`case-${shown.id}`}>
          <WatchMark />
          {kind.title}
        </h2>
        <p className="case-place">
          {club && <span>{club.name}</span>}
          <time dateTime={shown.at}>{dayAndTime(shown.at, club?.timeZone, language)}</time>
          <span className="age">{ago(shown.at, now, language)}</span>
        </p>
      </header>
      <dl className="case-words">
        <div>
          <dt>{text.happened}</dt>
          <dd>{kind.happened}</dd>
        </div>
        <div>
          <dt>{text.owed}</dt>
          <dd>{kind.owed(amount)}</dd>
        </div>
        <div className="do-now">
          <dt>{text.doNow}</dt>
          <dd>{kind.doNow}</dd>
        </div>
      </dl>
      <dl className="case-facts">
        {amount && (
          <div>
            <dt>{text.amount}</dt>
            <dd className="figure">{amount}</dd>
          </div>
        )}
        {shown.reference && (
          <div>
            <dt>{text.reference}</dt>
            <dd className="figure">{shown.reference}</dd>
            {shown.fiscalRecordNo !== null && <dd>{text.fiscalRecord(shown.fiscalRecordNo)}</dd>}
          </div>
        )}
        {shown.who && (
          <div>
            <dt>{text.member}</dt>
            <dd className="case-member">
              <Face who={shown.who} text={words[language]} />
              <MemberLink who={shown.who} unknown="" text={words[language]} />
            </dd>
          </div>
        )}
        <div className="wide">
          <dt>{text.tried}</dt>
          <dd>{shown.tried.length === 0 ? text.nothingTried : <Tried tried={shown.tried} />}</dd>
        </div>
        {shown.detail !== '' && (
          <div className="wide">
            <dt>{text.detail}</dt>
            <dd className="detail" lang="en">
              {shown.detail}
            </dd>
          </div>
        )}
      </dl>
      {shown.kind === 'same-person' && (
        <SamePersonPanel
          caseId={shown.id}
          language={language}
          text={text}
          onMerged={() => props.onSettled({ done: true })}
        />
      )}
      {settling ? (
        <SettleForm
          caseId={shown.id}
          kind={shown.kind}
          text={text}
          onSettled={props.onSettled}
          onBack={props.onBack}
        />
      ) : (
        <p className="case-ways">
          <May act="case.settle">
            <button
              type="button"
              id={`settle-${shown.id}`}
              aria-describedby={`case-${shown.id}`}
              onClick={props.onSettle}
            >
              {text.settle}
            </button>
          </May>
          {shown.orderOpen && <span className="hint">{text.orderOpen}</span>}
          {order && !shown.orderOpen && shown.saleReference !== null && (
            <a href={addressOfOrders(shown.saleReference, shown.id)} aria-describedby={`case-${shown.id}`}>
              {text.orderWays[order]}
            </a>
          )}
        </p>
      )}
    </li>
  );
}

/** What a kiosk can do about a case, once the base knows the sale. */
const orderFor: Partial<Record<OpenCase['kind'], keyof CaseWords['orderWays']>> = {
  'payment-in-doubt': 'refund',
  'refund-failed': 'refund',
  'paid-not-served': 'refund',
  'paid-twice': 'refund',
  'hand-over-card': 'card',
};

/** As the box wrote it, in English like its log. */
function Tried({ tried }: { tried: readonly string[] }) {
  const counted = tried.map((step, index) => ({ step, key: `${index} ${step}` }));
  return (
    <ol lang="en">
      {counted.map(({ step, key }) => (
        <li key={key}>{step}</li>
      ))}
    </ol>
  );
}
