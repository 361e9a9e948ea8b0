import type { PassageView } from '../http/staff/live-view.ts';
import { placeName } from './use-place.ts';
import type { Words } from './words.ts';

type Who = PassageView['who'];

/** How staff call the person: the member, the guest of one, or nobody the base knows. */
export function nameOf(who: Who, unknown: string, text: Words): string {
  if (!who) return unknown;
  const name = who.name ?? text.nameOnItsWay;
  return who.guest ? text.guestOf(name) : name;
}

/** The photo staff compare the person with; a bare outline where there is none, or for a guest of somebody. */
export function Face({ who, text }: { who: Who; text: Words }) {
  if (who?.hasPhoto && !who.guest) {
    return (
      <img
        className="face"
        src={`api/members/${who.memberId}/photo?from=${placeName()}`}
        alt={text.photoOf(who.name ?? text.nameOnItsWay)}
      />
    );
  }
  return (
    <svg className="face" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <circle cx="24" cy="18" r="8" />
      <path d="M9 42c1-9 7-13 15-13s14 4 15 13" />
    </svg>
  );
}

/** A triangle: somebody is needed. */
export function WatchMark() {
  return (
    <svg className="state watch" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M12 2.5 23 21.5H1Z" className="solid" />
      <path d="M12 10v5m0 3.2v.1" />
    </svg>
  );
}

/** Each state has its own shape, so that nobody needs to tell the colours apart. */
export function StateMark({ state }: { state: 'entry' | 'exit' | 'refused' }) {
  return (
    <svg className={`state ${state}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {state === 'refused' ? (
        <>
          <circle cx="12" cy="12" r="11" className="solid" />
          <path d="m8 8 8 8m0-8-8 8" />
        </>
      ) : (
        <>
          <rect x="1" y="1" width="22" height="22" rx="6" className="solid" />
          <path d={state === 'entry' ? 'M7 12.5 10.5 16 17 8.5' : 'M7 12h10m-4-4 4 4-4 4'} />
        </>
      )}
    </svg>
  );
}
