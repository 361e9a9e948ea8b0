import type { LiveView } from '../http/staff/live-view.ts';
import { MemberLink } from './member/member-link.tsx';
import { Face, StateMark } from './person.tsx';
import { timeOfDay, type Words } from './words.ts';

const rowsOnWall = 8;

/** The reason first: it is what staff have to say to the person. */
export function RefusalFeed({ view, text }: { view: LiveView; text: Words }) {
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));
  return (
    <section className="feed" aria-labelledby="refusals">
      <h2 id="refusals">{text.refusals}</h2>
      {view.refusals.length === 0 && <p className="empty">{text.noRefusals}</p>}
      <ul>
        {view.refusals.slice(0, rowsOnWall).map((refusal) => {
          const club = clubs.get(refusal.clubId);
          return (
            <li
              key={refusal.id}
              className="row refused"
              data-testid="refusal-row"
              data-reason={refusal.reason}
            >
              <Face who={refusal.who} text={text} />
              <div className="row-words">
                <strong className="reason">
                  <StateMark state="refused" />
                  {text.reasons[refusal.reason]}
                </strong>
                <span>
                  <MemberLink who={refusal.who} unknown={text.nobodyKnown} text={text} />
                </span>
                <small>{[text.kinds[refusal.presented], refusal.gateId, club?.name].join(' · ')}</small>
              </div>
              <time dateTime={refusal.at}>{timeOfDay(refusal.at, club?.timeZone, false)}</time>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
