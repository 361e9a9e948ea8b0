import type { LiveView } from '../http/staff/live-view.ts';
import { MemberLink } from './member/member-link.tsx';
import { Face, StateMark } from './person.tsx';
import { timeOfDay, type Words } from './words.ts';

const rowsOnWall = 12;

export function PassageFeed({ view, text }: { view: LiveView; text: Words }) {
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));
  return (
    <section className="feed" aria-labelledby="passages">
      <h2 id="passages">{text.passages}</h2>
      {view.passages.length === 0 && <p className="empty">{text.noPassages}</p>}
      <ul>
        {view.passages.slice(0, rowsOnWall).map((passage) => {
          const club = clubs.get(passage.clubId);
          const kind = passage.credentialKind === null ? [] : [text.kinds[passage.credentialKind]];
          const opened = passage.openedBy === null ? [] : [text.openedBy(passage.openedBy)];
          return (
            <li key={passage.id} className="row" data-testid="passage-row">
              <Face who={passage.who} text={text} />
              <div className="row-words">
                <strong>
                  <MemberLink who={passage.who} unknown={text.somebody} text={text} />
                </strong>
                <span>
                  <StateMark state={passage.direction} />
                  {[text[passage.direction], ...kind, ...opened, passage.gateId].join(' · ')}
                </span>
                <small>{club?.name}</small>
              </div>
              <time dateTime={passage.at}>{timeOfDay(passage.at, club?.timeZone, false)}</time>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
