import { useId, useState } from 'react';
import type { MemberAccess } from '../../http/staff/member-view.ts';
import { ChangeForm } from '../access/change-form.tsx';
import { sendChange } from '../access/send-change.ts';
import { May } from '../rights.tsx';
import type { Language } from '../words.ts';
import { momentOf } from '../zoned-time.ts';
import { holdText } from './hold-text.ts';
import { memberWords } from './member-words.ts';

type Change = 'hold' | 'lift' | 'makeStaff' | 'endStaff' | 'endCompany';

/** What bears on a member beyond dates and cards: a hold, work, whom they come in with. */
export function StandingPanel(props: {
  readonly member: MemberAccess;
  readonly timeZone: string | undefined;
  readonly language: Language;
  readonly onDone: () => void;
}) {
  const { member, timeZone, language, onDone } = props;
  const text = memberWords[language];
  const { suspendedUntil, keptOutBy, staff, company, companions } = member.standing;
  const isKeptOut = keptOutBy.length > 0;
  const isOnHold = suspendedUntil !== null && suspendedUntil > member.at;
  const [changing, setChanging] = useState<Change | null>(null);
  const [until, setUntil] = useState('');
  const id = useId();
  const named = (one: { readonly memberId: string; readonly name: string | null }) => one.name ?? text.noName;
  const untilIso = () => momentOf(until, timeZone ?? 'UTC');
  const changes: readonly Change[] = [
    ...(isKeptOut ? [] : [isOnHold ? ('lift' as const) : ('hold' as const)]),
    staff ? 'endStaff' : 'makeStaff',
    ...(company ? (['endCompany'] as const) : []),
  ];
  const sent: Readonly<Record<Change, () => object>> = {
    hold: () => ({ suspendedUntil: untilIso() }),
    lift: () => ({ suspendedUntil: null }),
    makeStaff: () => ({ staff: true }),
    endStaff: () => ({ staff: false }),
    endCompany: () => ({ company: null }),
  };

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{text.standing}</h2>
      <ul className="plain-list">
        <li>
          {isKeptOut ? (
            <strong>{text.keptOutBy(keptOutBy.join(', '))}</strong>
          ) : isOnHold ? (
            <strong>{holdText(suspendedUntil, timeZone, language)}</strong>
          ) : (
            text.notOnHold
          )}
        </li>
        <li>{staff ? <strong>{text.worksHere}</strong> : text.notStaff}</li>
        <li>
          {company ? (
            <>
              <strong>{text.comesAfter[company.kind]('')}</strong>
              {company.members.map((one) => (
                <a key={one.memberId} href={`#member/${one.memberId}`}>
                  {named(one)}
                </a>
              ))}
            </>
          ) : (
            text.comesAlone
          )}
        </li>
        {companions.map((one) => (
          <li key={one.memberId}>
            <a href={`#member/${one.memberId}`}>{text.companions[one.kind](named(one))}</a>
          </li>
        ))}
      </ul>
      {changing === null ? (
        <May act="member.change">
          <p className="ways">
            {changes.map((change) => (
              <button key={change} type="button" onClick={() => setChanging(change)}>
                {text[change]}
              </button>
            ))}
          </p>
        </May>
      ) : (
        <ChangeForm
          title={text[changing]}
          language={language}
          save={text[changing]}
          primary
          flaw={() => {
            if (changing !== 'hold') return null;
            const iso = untilIso();
            return iso === null || iso <= member.at ? text.notATime : null;
          }}
          send={(reason) =>
            sendChange('PUT', `members/${member.who.memberId}/standing`, { ...sent[changing](), reason })
          }
          onDone={() => {
            setChanging(null);
            onDone();
          }}
          onBack={() => setChanging(null)}
        >
          {changing === 'hold' && (
            <p className="field">
              <label htmlFor={`${id}-until`}>{text.holdUntil}</label>
              <input
                id={`${id}-until`}
                type="datetime-local"
                value={until}
                aria-describedby={`${id}-until-hint`}
                onChange={(event) => setUntil(event.target.value)}
              />
              <small className="hint" id={`${id}-until-hint`}>
                {text.holdHint}
              </small>
            </p>
          )}
        </ChangeForm>
      )}
    </section>
  );
}
