import { useId } from 'react';
import { dayText, readDay } from '../week-hours-text.ts';
import { accessWords } from './access-words.ts';
import { ChangeForm } from './change-form.tsx';
import type { ClubFormProps } from './policy-form.tsx';
import { sendChange } from './send-change.ts';
import { useDraft } from './use-draft.ts';

const weekdays = ['1', '2', '3', '4', '5', '6', '7'] as const;

/** The hours of a week, a line a day. */
export function HoursForm({ club, language, onDone }: ClubFormProps) {
  const text = accessWords[language];
  const [days, setDays] = useDraft(club.hours, (hours) => weekdays.map((day) => dayText(hours[day])));
  const id = useId();
  const nameOf = (index: number) => text.weekdays[index] ?? '';

  const flaw = () => {
    for (const [index, typed] of days.entries()) {
      const read = readDay(typed);
      if ('flaw' in read) return text.dayFlaws[read.flaw](nameOf(index));
    }
    return null;
  };

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{text.hours}</h2>
      <p className="hint" id={`${id}-hint`}>
        {text.hoursHint}
      </p>
      <ChangeForm
        title={text.hours}
        language={language}
        save={text.save}
        flaw={flaw}
        send={(reason) => {
          const hours = Object.fromEntries(
            days.flatMap((typed, index) => {
              const read = readDay(typed);
              return 'intervals' in read && read.intervals.length > 0
                ? [[weekdays[index] ?? '', read.intervals]]
                : [];
            }),
          );
          return sendChange('PUT', `clubs/${club.id}/access`, { hours, reason });
        }}
        onDone={onDone}
      >
        {weekdays.map((day, index) => (
          <p key={day} className="field beside">
            <label htmlFor={`${id}-${day}`}>{nameOf(index)}</label>
            <input
              id={`${id}-${day}`}
              autoComplete="off"
              value={days[index] ?? ''}
              aria-describedby={`${id}-hint`}
              onChange={(event) =>
                setDays((before) => before.map((one, at) => (at === index ? event.target.value : one)))
              }
            />
          </p>
        ))}
      </ChangeForm>
    </section>
  );
}
