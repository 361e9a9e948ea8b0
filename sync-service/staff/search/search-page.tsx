import { type FormEvent, useState } from 'react';
import type { LiveView } from '../../http/staff/live-view.ts';
import { type MemberSearch, memberSearchSchema } from '../../http/staff/member-view.ts';
import { ConnectionLost } from '../connection-lost.tsx';
import { MemberLink } from '../member/member-link.tsx';
import { Face, StateMark } from '../person.tsx';
import { samePersonWords } from '../same-person-words.ts';
import { type Language, words } from '../words.ts';
import { type SearchWords, searchWords } from './search-words.ts';

/** Every club in one box: who somebody is, and whether they may come in. */
export function SearchPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = searchWords[language];
  const [typed, setTyped] = useState('');
  const [found, setFound] = useState<MemberSearch | null>(null);
  const [problem, setProblem] = useState<'tooShort' | 'noAnswer' | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim().length < 2) return setProblem('tooShort');
    setBusy(true);
    setProblem(null);
    searchMembers(typed.trim())
      .then(setFound)
      .catch(() => setProblem('noAnswer'))
      .finally(() => setBusy(false));
  };

  return (
    <main className="access search">
      <div className="heading">
        <h1>{text.search}</h1>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      <form className="find-member panel" onSubmit={submit} noValidate>
        <p className="hint">{text.lead}</p>
        <label htmlFor="words">{text.label}</label>
        <div className="find-row">
          <input
            id="words"
            type="search"
            autoComplete="off"
            maxLength={100}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <button type="submit" className="primary" aria-busy={busy}>
            {text.find}
          </button>
        </div>
        <p className="problem" role="alert">
          {problem && text[problem]}
        </p>
      </form>
      <div aria-live="polite">
        {found?.members.length === 0 && <p className="empty">{text.none}</p>}
        {found && found.members.length > 0 && (
          <ul className="found-members panel" data-testid="found">
            {found.members.map((one) => (
              <FoundMember key={one.who.memberId} one={one} view={view} language={language} text={text} />
            ))}
          </ul>
        )}
        {found?.more && <p className="hint">{text.more}</p>}
      </div>
    </main>
  );
}

function FoundMember(props: {
  one: MemberSearch['members'][number];
  view: LiveView;
  language: Language;
  text: SearchWords;
}) {
  const { one, view, language, text } = props;
  const clubName = (id: string) => view.clubs.find((club) => club.id === id)?.name ?? '';
  const { answer, homeClubId } = one;
  const granted = answer?.outcome === 'granted';
  return (
    <li>
      <Face who={one.who} text={words[language]} />
      <div>
        <strong>
          <MemberLink who={one.who} unknown="" text={words[language]} />
        </strong>
        <small className="hint">
          {homeClubId === null ? text.otherClub : text.homeClub(clubName(homeClubId))}
        </small>
        {one.mergedInto && (
          <small>
            {samePersonWords[language].mergedInto}.{' '}
            <a href={`#member/${one.mergedInto}/search`}>{samePersonWords[language].toRecord}</a>
          </small>
        )}
      </div>
      <span className="found-answer">
        {answer ? (
          <>
            <StateMark state={granted ? 'entry' : 'refused'} />
            {granted ? text.mayEnter(clubName(answer.clubId)) : text.mayNotEnter(clubName(answer.clubId))}
          </>
        ) : (
          text.noCredential
        )}
      </span>
    </li>
  );
}

async function searchMembers(typed: string): Promise<MemberSearch> {
  const response = await fetch(`api/member-search?words=${encodeURIComponent(typed)}`);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return memberSearchSchema.parse(await response.json());
}
