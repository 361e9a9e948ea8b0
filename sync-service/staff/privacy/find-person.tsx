import { type FormEvent, useId, useState } from 'react';
import type { LiveView } from '../../http/staff/live-view.ts';
import {
  type CandidateView,
  candidateListSchema,
  type MatchKey,
  type RequestWay,
  requestWays,
} from '../../http/staff/privacy-view.ts';
import type { Language } from '../words.ts';
import { sendPrivacy } from './privacy-requests.ts';
import { privacyWords } from './privacy-words.ts';
import { shortDay } from './short-day.ts';

const fields = ['givenName', 'familyName', 'birthDate', 'email', 'phone', 'reference'] as const;
type Said = Readonly<Record<(typeof fields)[number], string>>;
const nothing: Said = { givenName: '', familyName: '', birthDate: '', email: '', phone: '', reference: '' };

/** What nobody says at the desk is left out. */
const waysToTheDesk = requestWays.filter((way) => way !== 'other-base');

/** Who asks: what they say of themselves, everybody who agrees, and the one that staff choose (PV1, PV2). */
export function FindPerson(props: {
  readonly language: Language;
  readonly view: LiveView;
  readonly onMade: () => void;
}) {
  const { language, view, onMade } = props;
  const text = privacyWords[language];
  const [said, setSaid] = useState(nothing);
  const [found, setFound] = useState<readonly CandidateView[] | null>(null);
  const [way, setWay] = useState<RequestWay>('in-person');
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();

  const look = (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    sendPrivacy('candidates', said, candidateListSchema)
      .then((answer) => {
        if ('refused' in answer) {
          setFound(null);
          setProblem(text.refusals[answer.refused] ?? text.refusedBecause(answer.refused));
        } else setFound(answer.value.candidates);
      })
      .catch(() => setProblem(text.noAnswer));
  };
  const choose = ({ memberId, found: agreed }: CandidateView) => {
    const matched = (Object.keys(agreed) as MatchKey[]).filter((key) => agreed[key] === 'same');
    sendPrivacy('requests', { memberId, way, matched })
      .then((answer) => {
        if ('refused' in answer) {
          return setProblem(text.refusals[answer.refused] ?? text.refusedBecause(answer.refused));
        }
        setFound(null);
        setSaid(nothing);
        onMade();
      })
      .catch(() => setProblem(text.noAnswer));
  };

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{text.find}</h2>
      <p className="hint">{text.findHint}</p>
      <form className="change person-said" onSubmit={look} noValidate autoComplete="off">
        <div className="said">
          {fields.map((field) => (
            <div key={field}>
              <label htmlFor={`${id}-${field}`}>{text.fields[field]}</label>
              <input
                id={`${id}-${field}`}
                type={field === 'birthDate' ? 'date' : 'text'}
                value={said[field]}
                onChange={(event) => setSaid({ ...said, [field]: event.target.value })}
              />
            </div>
          ))}
        </div>
        <p className="problem" role="alert">
          {problem}
        </p>
        <p className="actions">
          <button type="submit">{text.look}</button>
        </p>
      </form>
      {found && (
        <div role="status">
          <h3>{found.length === 0 ? text.nobody : text.found(found.length)}</h3>
          {found.length > 0 && (
            <p className="way">
              <label htmlFor={`${id}-way`}>{text.way}</label>
              <select
                id={`${id}-way`}
                value={way}
                onChange={(event) => setWay(event.target.value as RequestWay)}
              >
                {waysToTheDesk.map((one) => (
                  <option key={one} value={one}>
                    {text.ways[one]}
                  </option>
                ))}
              </select>
            </p>
          )}
          <ul className="candidates" data-testid="candidates">
            {found.map((one) => (
              <li key={one.memberId}>
                <div>
                  <strong>{one.name ?? text.noName}</strong>
                  <small className="hint">
                    {[
                      one.birthDate && text.born(shortDay(one.birthDate, language)),
                      view.clubs.find((club) => club.id === one.homeClubId)?.name,
                      text.since(shortDay(one.memberSince, language)),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </small>
                  <ul className="agreements">
                    {(Object.entries(one.found) as [MatchKey, 'same' | 'other' | 'not-known'][]).map(
                      ([key, agreement]) => (
                        <li key={key} data-agreement={agreement}>
                          {text.pair(text.keys[key], text.agreement[agreement])}
                        </li>
                      ),
                    )}
                  </ul>
                </div>
                {one.erasedAt ? (
                  <em>{text.erasedAlready}</em>
                ) : (
                  <button type="button" onClick={() => choose(one)}>
                    {text.thisPerson}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
