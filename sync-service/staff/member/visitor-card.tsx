import type { LiveView } from '../../http/staff/live-view.ts';
import type { Visitor } from '../../http/staff/member-view.ts';
import { Face, nameOf, StateMark } from '../person.tsx';
import { samePersonWords } from '../same-person-words.ts';
import { searchWords } from '../search/search-words.ts';
import { type Language, words } from '../words.ts';
import { memberWords } from './member-words.ts';

/** A member of another club: the name, and whether they may come in here (ST6). */
export function VisitorCard(props: { visitor: Visitor; view: LiveView; language: Language }) {
  const { visitor, view, language } = props;
  const text = searchWords[language];
  return (
    <header className="member-head panel" data-testid="visitor">
      <Face who={visitor.who} text={words[language]} />
      <div className="member-name">
        <h1>{nameOf(visitor.who, '', words[language])}</h1>
        <p className="hint">{text.otherClub}</p>
        <p className="hint">{memberWords[language].visitorLead}</p>
        {visitor.mergedInto && (
          <p>
            {samePersonWords[language].mergedInto}.{' '}
            <a href={`#member/${visitor.mergedInto}/member`}>{samePersonWords[language].toRecord}</a>
          </p>
        )}
      </div>
      <ul className="member-answer plain-answers">
        {visitor.answers.length === 0 && <li>{text.noCredential}</li>}
        {visitor.answers.map(({ clubId, outcome }) => {
          const club = view.clubs.find(({ id }) => id === clubId)?.name ?? '';
          const granted = outcome === 'granted';
          return (
            <li key={clubId}>
              <StateMark state={granted ? 'entry' : 'refused'} />
              {granted ? text.mayEnter(club) : text.mayNotEnter(club)}
            </li>
          );
        })}
      </ul>
    </header>
  );
}
