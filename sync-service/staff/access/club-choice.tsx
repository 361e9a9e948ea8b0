import { useId } from 'react';
import type { LiveView } from '../../http/staff/live-view.ts';
import type { AccessWords } from './access-words.ts';

/** Which club a page is about; the address says so too. */
export function ClubChoice(props: {
  readonly view: LiveView;
  readonly clubId: string;
  /** The page of `#access/…`. */
  readonly page: 'rules' | 'prices' | 'outages' | 'migration';
  readonly text: AccessWords;
}) {
  const id = useId();
  return (
    <p className="club-choice">
      <label htmlFor={id}>{props.text.club}</label>
      <select
        id={id}
        value={props.clubId}
        onChange={(event) => {
          location.hash = `#access/${props.page}/${event.target.value}`;
        }}
      >
        {props.view.clubs.map((club) => (
          <option key={club.id} value={club.id}>
            {club.name}
          </option>
        ))}
      </select>
    </p>
  );
}
