import type { PersonShown } from '../../http/staff/live-view.ts';
import { nameOf } from '../person.tsx';
import { placeName } from '../use-place.ts';
import type { Words } from '../words.ts';

/** How staff call the person, as the way to that member's page; plain words for somebody whom the base does not know. */
export function MemberLink(props: {
  readonly who: PersonShown | null;
  readonly unknown: string;
  readonly text: Words;
}) {
  const { who, unknown, text } = props;
  const name = nameOf(who, unknown, text);
  return who ? <a href={`#member/${who.memberId}/${placeName()}`}>{name}</a> : name;
}
