import { accessPolicySchema } from '@portillon/core/access/access-policy.ts';
import { type ReactNode, useId } from 'react';
import { weekHoursSchema } from '../../http/staff/access-view.ts';
import type { ShownChange } from '../../http/staff/member-view.ts';
import { fullDate } from '../full-date.ts';
import { dayText } from '../week-hours-text.ts';
import { dayAndTime, type Language } from '../words.ts';
import { accessWords } from './access-words.ts';
import { policyLines } from './policy-draft.ts';

/** Who changed what, and why: the last first. `linesOf` tells a change in words; without it, as a change of a club. */
export function ChangeHistory(props: {
  readonly changes: readonly ShownChange[];
  readonly timeZone: string | undefined;
  readonly language: Language;
  readonly title: string;
  readonly linesOf?: (change: ShownChange['change']) => readonly string[];
}) {
  const { changes, timeZone, language, title } = props;
  const text = accessWords[language];
  const linesOf = props.linesOf ?? ((change) => clubChangeLines(change, timeZone, language));
  const id = useId();
  return (
    <section className="panel history" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {changes.length === 0 && <p className="empty">{text.noHistory}</p>}
      <ul>
        {changes.map(({ id: changeId, at, by, bySystem, change, reason }) => (
          <li key={changeId} data-testid="change">
            <p className="history-head">
              <strong>{by}</strong>
              <time dateTime={at}>{dayAndTime(at, timeZone, language)}</time>
            </p>
            <p>{bySystem ? text.saidThere : reason}</p>
            <Lines lines={linesOf(change)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Lines({ lines }: { lines: readonly string[] }): ReactNode {
  return lines.map((line) => (
    <small key={line} className="hint">
      {line}
    </small>
  ));
}

function clubChangeLines(
  change: ShownChange['change'],
  timeZone: string | undefined,
  language: Language,
): string[] {
  const text = accessWords[language];
  const colon = language === 'fr' ? ' : ' : ': ';
  return Object.entries(change).flatMap(([field, value]) => {
    if (field === 'policy') {
      const policy = accessPolicySchema.safeParse(value);
      return policy.success ? policyLines(policy.data, text, language) : [text.changed.policyNull];
    }
    if (field === 'hours') {
      const hours = weekHoursSchema.safeParse(value);
      if (!hours.success) return [text.changed.hours];
      return text.weekdays.map((name, index) => `${name} ${dayText(hours.data[String(index + 1)]) || '–'}`);
    }
    if (field === 'closures' && Array.isArray(value)) {
      const spans = (value as { from: string; to: string }[]).map(
        ({ from, to }) => `${fullDate(from, timeZone, language)} – ${fullDate(to, timeZone, language)}`,
      );
      return [`${text.changed.closures}${colon}${spans.join(', ') || text.noClosures}`];
    }
    if (field === 'capacity') return [`${text.changed.capacity}${colon}${String(value)} ${text.people}`];
    return [text.changed.other];
  });
}
