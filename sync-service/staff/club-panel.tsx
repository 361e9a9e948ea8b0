import type { ClubView } from '../http/staff/live-view.ts';
import { timeOfDay, type Words } from './words.ts';

/** Shares of the capacity from which a person should look. */
const fillingUpPercent = 80;
const nearlyFullPercent = 95;

export type Fill = 'calm' | 'watch' | 'stop';

export function percentOf(club: ClubView): number {
  return Math.round(((club.inside ?? 0) * 100) / club.capacity);
}

export function fillOf(club: ClubView): Fill {
  const percent = percentOf(club);
  if (percent >= nearlyFullPercent) return 'stop';
  return percent >= fillingUpPercent ? 'watch' : 'calm';
}

function fillWords(club: ClubView, text: Words): string {
  if ((club.inside ?? 0) >= club.capacity) return text.full;
  return fillOf(club) === 'stop' ? text.nearlyFull : text.fillingUp;
}

/** How old the count is, or since when nobody hears of the club. */
export function ageOf(club: ClubView, text: Words): string {
  if (club.lastContactAt === null) return text.neverSeen;
  if (!club.online) return text.offlineSince(timeOfDay(club.lastContactAt, club.timeZone));
  return text.asOf(timeOfDay(club.asOf ?? club.lastContactAt, club.timeZone));
}

/** The sensors leave room enough to be told: more than a person or two. */
function isVague({ low, high }: { readonly low: number | null; readonly high: number | null }): boolean {
  return low !== null && high !== null && high - low > 4;
}

/** One club: the count large enough to read across the room, against its capacity, with its age. */
export function ClubPanel({ club, text }: { club: ClubView; text: Words }) {
  const percent = percentOf(club);
  const fill = fillOf(club);
  return (
    <article className={`club ${club.online ? '' : 'stale'}`}>
      <h2>{club.name}</h2>
      <p className="count" data-testid={`club-count-${club.id}`}>
        {club.inside ?? '–'}
      </p>
      <p className="count-words">
        {club.inside === null ? text.notCounted : text.peopleInside(club.inside)}
        {isVague(club) && <span className="bounds"> {text.between(club.low ?? 0, club.high ?? 0)}</span>}
        {fill !== 'calm' && <strong className={`pill ${fill}`}>{fillWords(club, text)}</strong>}
      </p>
      {club.zones.length > 0 && (
        <ul className="zones">
          {club.zones.map((zone) => (
            <li key={zone.zone}>
              <span className="zone-name">{zone.name}</span> <b>{zone.inside}</b>
              {isVague(zone) && <span className="bounds"> {text.between(zone.low, zone.high)}</span>}
            </li>
          ))}
        </ul>
      )}
      <div className={`capacity ${fill}`} aria-hidden="true">
        <span className="filled" style={{ width: `${Math.min(100, percent)}%` }} />
        <span className="tick" style={{ left: `${fillingUpPercent}%` }} />
        <span className="tick" style={{ left: `${nearlyFullPercent}%` }} />
      </div>
      <p className="club-foot">
        <span>{text.of(percent, club.capacity)}</span>
        <span className="age">{ageOf(club, text)}</span>
      </p>
    </article>
  );
}
