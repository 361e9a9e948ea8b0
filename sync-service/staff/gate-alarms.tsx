import { type FormEvent, useId, useState } from 'react';
import { type GateAlarmView, gateWordsLimit } from '../http/staff/gate-view.ts';
import type { ClubView } from '../http/staff/live-view.ts';
import { acknowledge } from './gate-requests.ts';
import type { GateWords } from './gate-words.ts';
import { WatchMark } from './person.tsx';
import { May } from './rights.tsx';
import { timeOfDay } from './words.ts';

export interface GateAlarmsProps {
  readonly alarms: readonly GateAlarmView[];
  readonly clubs: ReadonlyMap<string, ClubView>;
  readonly text: GateWords;
}

/** Alarms that go on, or that nobody has acknowledged. */
export function GateAlarms({ alarms, clubs, text }: GateAlarmsProps) {
  return (
    <ul className="gate-alarms" data-testid="gate-alarms">
      {alarms.map((alarm) => (
        <li key={alarm.id} data-testid="gate-alarm" data-kind={alarm.kind}>
          <AlarmWords alarm={alarm} club={clubs.get(alarm.clubId)} text={text} />
          {alarm.acknowledged === null && <Acknowledge alarm={alarm} text={text} />}
        </li>
      ))}
    </ul>
  );
}

export function AlarmWords({
  alarm,
  club,
  text,
}: {
  readonly alarm: GateAlarmView;
  readonly club: ClubView | undefined;
  readonly text: GateWords;
}) {
  const time = (iso: string) => timeOfDay(iso, club?.timeZone);
  const when =
    alarm.endedAt === null
      ? text.goesOn(time(alarm.beganAt))
      : text.wasOver(time(alarm.beganAt), time(alarm.endedAt));
  const facts = [alarm.gateName, ...(club ? [club.name] : []), when];
  if (alarm.times > 1) facts.push(text.times(alarm.times));
  return (
    <div className="gate-alarm-words">
      <strong>
        <WatchMark /> {text.kinds[alarm.kind]}
      </strong>
      <span>{facts.join(' · ')}</span>
      {alarm.acknowledged && (
        <small>
          {text.acknowledged(alarm.acknowledged.by, time(alarm.acknowledged.at))} · {alarm.acknowledged.words}
        </small>
      )}
    </div>
  );
}

function Acknowledge({ alarm, text }: { readonly alarm: GateAlarmView; readonly text: GateWords }) {
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<'noteHint' | 'noAnswer' | 'somebodyElse' | null>(null);
  const id = useId();
  if (!isOpen) {
    return (
      <May act="gate.order">
        <button type="button" onClick={() => setOpen(true)}>
          {text.acknowledge}
        </button>
      </May>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (words.trim().length < gateWordsLimit.min) return setProblem('noteHint');
    setProblem(null);
    void acknowledge(alarm.id, words.trim())
      .catch(() => 'failed' as const)
      .then((done) => {
        if (done === 'failed') setProblem('noAnswer');
        if (done === 'before') setProblem('somebodyElse');
      });
  };
  return (
    <form className="gate-form" onSubmit={submit} noValidate aria-label={text.acknowledge}>
      <label htmlFor={`${id}-note`}>{text.note}</label>
      <textarea
        id={`${id}-note`}
        rows={2}
        maxLength={gateWordsLimit.max}
        value={words}
        aria-describedby={`${id}-hint`}
        // biome-ignore lint/a11y/noAutofocus: the field appears by the touch of who is to fill it in
        autoFocus
        onChange={(event) => setWords(event.target.value)}
      />
      <p className="hint" id={`${id}-hint`}>
        {text.acknowledgeLead}
      </p>
      <p className="problem" role="alert">
        {problem && text[problem]}
      </p>
      <p className="actions">
        <button type="submit" className="primary">
          {text.acknowledge}
        </button>
        <button type="button" className="plain" onClick={() => setOpen(false)}>
          {text.back}
        </button>
      </p>
    </form>
  );
}
