import { reasonWords } from '@portillon/core/access/reason-words.ts';
import { formatEuros } from '@portillon/ui/format/money.ts';
import type { ClubView } from '../../http/staff/live-view.ts';
import type { MemberAccess, ShownDecision, ShownFacts } from '../../http/staff/member-view.ts';
import { accessWords } from '../access/access-words.ts';
import { dataAge } from '../access/data-age.ts';
import { fullDate } from '../full-date.ts';
import { StateMark } from '../person.tsx';
import { dayAndTime, type Language, words } from '../words.ts';
import { memberWords } from './member-words.ts';

/** What gates last decided of a member: the reason in words, what would change it, and what it was decided on. */
export function DecisionList(props: {
  readonly member: MemberAccess;
  readonly clubs: ReadonlyMap<string, ClubView>;
  readonly language: Language;
}) {
  const { member, clubs, language } = props;
  const text = memberWords[language];
  return (
    <section className="panel decisions" aria-labelledby="decisions">
      <h2 id="decisions">{text.decisions}</h2>
      {member.decisions.length === 0 && <p className="empty">{text.noDecisions}</p>}
      <ul className="plain-list">
        {member.decisions.map((decision) => (
          <Decision
            key={decision.id}
            decision={decision}
            club={clubs.get(decision.clubId)}
            language={language}
          />
        ))}
      </ul>
    </section>
  );
}

function Decision(props: {
  readonly decision: ShownDecision;
  readonly club: ClubView | undefined;
  readonly language: Language;
}) {
  const { decision, club, language } = props;
  const text = memberWords[language];
  const shared = words[language];
  const { reason, noted } = decision;
  const granted =
    noted.length === 0
      ? text[decision.direction === 'exit' ? 'left' : 'granted']
      : text.grantedWith(noted.map((one) => shared.reasons[one]).join(', '));
  const place = [
    dayAndTime(decision.at, club?.timeZone, language),
    club?.name,
    decision.gateId,
    ...(decision.direction === 'exit' ? [shared.exit] : []),
    shared.kinds[decision.presented],
    ...(decision.wentThrough ? [text.wentThrough] : []),
  ].filter(Boolean);
  const by = decision.byNumber ? 'number' : decision.byGrant ? 'grant' : 'book';
  return (
    <li data-testid="decision" data-outcome={decision.outcome}>
      <strong className="reason">
        <StateMark state={decision.outcome === 'granted' ? 'entry' : 'refused'} />
        {reason ? shared.reasons[reason] : granted}
      </strong>
      <span>{place.join(' · ')}</span>
      {reason && (
        <p className="hint why">
          {reasonWords(reason).staff[language]}
          <br />→ {reasonWords(reason).change[language]}
        </p>
      )}
      <details>
        <summary>
          {text.decidedBy[by]}, {dataAge(decision.dataAgeMs, language)}
        </summary>
        {decision.facts ? (
          <Facts facts={decision.facts} timeZone={club?.timeZone} language={language} />
        ) : (
          <p className="hint">{text.factsGone}</p>
        )}
      </details>
    </li>
  );
}

function Facts(props: {
  readonly facts: ShownFacts;
  readonly timeZone: string | undefined;
  readonly language: Language;
}) {
  const { facts, timeZone, language } = props;
  const text = memberWords[language];
  const time = (iso: string) => fullDate(iso, timeZone, language);
  const rows: readonly (readonly [keyof typeof text.facts, string | null])[] = [
    ['status', text.statuses[facts.status]],
    ['plan', facts.plan?.[language] ?? null],
    ['validity', text.validity(time(facts.validFrom), facts.validTo && time(facts.validTo))],
    ['hold', facts.suspendedUntil && time(facts.suspendedUntil)],
    ['staff', facts.staff ? accessWords[language].yes : null],
    ['company', facts.company && text.comesAfter[facts.company]('').replace(/\s*:\s*$/, '')],
    [
      'debt',
      facts.debtSince && `${formatEuros(facts.debtCents, language)} ${text.since(time(facts.debtSince))}`,
    ],
  ];
  return (
    <dl className="facts">
      {rows.map(
        ([fact, value]) =>
          value && (
            <div key={fact}>
              <dt>{text.facts[fact]}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
