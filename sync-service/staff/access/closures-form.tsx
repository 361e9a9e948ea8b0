import { useId } from 'react';
import { momentOf, wallTime } from '../zoned-time.ts';
import { accessWords } from './access-words.ts';
import { ChangeForm } from './change-form.tsx';
import type { ClubFormProps } from './policy-form.tsx';
import { sendChange } from './send-change.ts';
import { useDraft } from './use-draft.ts';

const mostClosures = 60;

interface Row {
  readonly key: number;
  readonly from: string;
  readonly to: string;
}

/** Days out of the ordinary on which nobody comes in, by the clock on the club's wall. */
export function ClosuresForm({ club, language, onDone }: ClubFormProps) {
  const text = accessWords[language];
  const [rows, setRows] = useDraft(club.closures, (closures): Row[] =>
    closures.map(({ from, to }, key) => ({
      key,
      from: wallTime(from, club.timeZone),
      to: wallTime(to, club.timeZone),
    })),
  );
  const id = useId();
  const moments = () =>
    rows.map(({ from, to }) => ({ from: momentOf(from, club.timeZone), to: momentOf(to, club.timeZone) }));

  const flaw = () => {
    if (rows.length > mostClosures) return text.tooManyClosures;
    const wrong = moments().findIndex(({ from, to }) => !from || !to || from >= to);
    return wrong < 0 ? null : text.closureFlaw(wrong + 1);
  };
  const change = (key: number, changed: Partial<Row>) =>
    setRows((before) => before.map((row) => (row.key === key ? { ...row, ...changed } : row)));

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{text.closures}</h2>
      <p className="hint">{text.closuresHint(club.timeZone)}</p>
      <ChangeForm
        title={text.closures}
        language={language}
        save={text.save}
        flaw={flaw}
        send={(reason) =>
          sendChange('PUT', `clubs/${club.id}/access`, {
            closures: moments()
              .map(({ from, to }) => ({ from: from ?? '', to: to ?? '' }))
              .sort((one, other) => one.from.localeCompare(other.from)),
            reason,
          })
        }
        onDone={onDone}
      >
        {rows.length === 0 && <p className="empty">{text.noClosures}</p>}
        <ul className="closures">
          {rows.map(({ key, from, to }) => (
            <li key={key}>
              {(['from', 'to'] as const).map((end) => (
                <p key={end} className="field">
                  <label htmlFor={`${id}-${key}-${end}`}>{text[end]}</label>
                  <input
                    id={`${id}-${key}-${end}`}
                    type="datetime-local"
                    value={end === 'from' ? from : to}
                    onChange={(event) => change(key, { [end]: event.target.value })}
                  />
                </p>
              ))}
              <button
                type="button"
                aria-label={text.removeClosure(from.replace('T', ' '))}
                onClick={() => setRows((before) => before.filter((row) => row.key !== key))}
              >
                {text.remove}
              </button>
            </li>
          ))}
        </ul>
        <p>
          <button
            type="button"
            onClick={() =>
              setRows((before) => [
                ...before,
                { key: Math.max(-1, ...before.map((row) => row.key)) + 1, from: '', to: '' },
              ])
            }
          >
            {text.addClosure}
          </button>
        </p>
      </ChangeForm>
    </section>
  );
}
