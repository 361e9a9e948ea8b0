import { deviceMarks, unwatched } from '@portillon/core/wire/messages.ts';
import { type FormEvent, useEffect, useState } from 'react';
import { type BoxList, boxListSchema, type ShownBox } from '../http/staff/box-view.ts';
import type { LiveView } from '../http/staff/live-view.ts';
import { type DeviceWords, deviceWords } from './device-words.ts';
import { dayAndTime, type Language } from './words.ts';
import { WordsField } from './words-field.tsx';

/** The boxes of the clubs: whether they are heard, what they still owe, and how their clocks stand. */
export function BoxListSection(props: { language: Language; view: LiveView }) {
  const { language, view } = props;
  const text = deviceWords[language];
  const [list, setList] = useState<BoxList | null>(null);
  const [failed, setFailed] = useState(false);
  // Whatever happens in a club tells a new minute; nothing here is worth more than that.
  const minute = view.at.slice(0, 'YYYY-MM-DDTHH:MM'.length);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again with each minute
  useEffect(() => {
    const left = new AbortController();
    readBoxes(left.signal)
      .then((boxes) => {
        setList(boxes);
        setFailed(false);
      })
      .catch(() => {
        if (!left.signal.aborted) setFailed(true);
      });
    return () => left.abort();
  }, [minute]);
  return (
    <section className="settled boxes" aria-label={text.boxes}>
      <h2>{text.boxes}</h2>
      {failed && (
        <p className="lost" role="alert">
          {text.noAnswer}
        </p>
      )}
      {list?.boxes.length === 0 && <p className="empty">{text.noBox}</p>}
      <ul data-testid="boxes">
        {list?.boxes.map((box) => (
          <Box key={box.edgeId} box={box} view={view} language={language} text={text} />
        ))}
      </ul>
    </section>
  );
}

function Box(props: { box: ShownBox; view: LiveView; language: Language; text: DeviceWords }) {
  const { box, view, language, text } = props;
  const club = view.clubs.find(({ id }) => id === box.clubId);
  const at = (time: string) => dayAndTime(time, club?.timeZone, language);
  const standing = box.clock?.standing ?? null;
  return (
    <li data-testid="box">
      <div>
        <strong>
          {club?.name ?? box.clubId}, {box.issuesCards ? text.kiosk : text.gateBox}
        </strong>
        <small>{box.online ? text.online : text.lastHeard(at(box.lastContactAt))}</small>
      </div>
      <div>
        {box.incomplete === 0 || box.oldestIncompleteAt === null
          ? text.complete
          : text.incomplete(box.incomplete, at(box.oldestIncompleteAt))}
      </div>
      <p className={standing === null || standing === 'right' ? 'settled-by' : 'settled-by not-right'}>
        {standing === null
          ? text.clockNotTold
          : text.clock[standing](text.apart(box.clock?.offsetMs ?? null))}
      </p>
      <BoxDevices devices={box.devices} at={at} text={text} />
      <Inventory devices={box.devices} text={text} />
      {standing !== null && standing !== 'right' && <ClockForm box={box} text={text} />}
    </li>
  );
}

/** W-DEVICE-2: those that do not work; of a box that is not heard, as they stood when it was. */
function BoxDevices(props: {
  devices: ShownBox['devices'];
  at: (time: string) => string;
  text: DeviceWords;
}) {
  const { at, text } = props;
  const devices = props.devices.filter(({ status }) => status !== unwatched);
  if (devices.length === 0) return null;
  const troubled = devices.filter(({ status, warning }) => status !== 'ready' || warning !== null);
  if (troubled.length === 0) {
    return (
      <p className="box-devices" data-testid="box-devices">
        {[
          text.allReady(devices.length),
          ...devices.flatMap(({ cards }) => (cards === null ? [] : [text.cards(cards)])),
        ].join(' ')}
      </p>
    );
  }
  return (
    <ul className="box-devices not-right" data-testid="box-devices">
      {troubled.map(({ name, status, fault, warning, cards, since }) => (
        <li key={name}>
          <strong>{text.deviceOf(name)}</strong> · {text.deviceState(status, fault ?? warning)}
          {warning === null && `, ${text.since(at(since))}`}
          {cards !== null && `. ${text.cards(cards)}`}
        </li>
      ))}
    </ul>
  );
}

/** W-DEVICE-3: what the devices are, those left out of which nothing is known. */
function Inventory({ devices, text }: { devices: ShownBox['devices']; text: DeviceWords }) {
  const known = devices.flatMap(({ name, about }) => (about ? [{ name, about }] : []));
  if (known.length === 0) return null;
  return (
    <details className="box-inventory" data-testid="box-inventory">
      <summary>{text.inventory}</summary>
      <ul>
        {known.map(({ name, about }) => (
          <li key={name}>
            <strong>{text.deviceOf(name)}</strong> · {markWords(about, text).join(', ')}
          </li>
        ))}
      </ul>
    </details>
  );
}

function markWords(about: NonNullable<ShownBox['devices'][number]['about']>, text: DeviceWords): string[] {
  return deviceMarks.flatMap((mark) => {
    const value = about[mark];
    if (value === undefined) return [];
    const words = text.marks[mark](value);
    return [about.configured?.includes(mark) ? `${words} (${text.byConfiguration})` : words];
  });
}

type Sending = 'no' | 'sending' | 'sent' | 'failed' | 'not-allowed';

/** W-CLOCK-7: an administrator vouches for the base's clock, in words that stay. */
function ClockForm({ box, text }: { box: ShownBox; text: DeviceWords }) {
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const [sending, setSending] = useState<Sending>('no');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (words.trim().length < 3) return;
    setSending('sending');
    setClock(box.edgeId, words)
      .then(setSending)
      .catch(() => setSending('failed'));
  };
  if (sending === 'sent') return <p role="status">{text.clockSent}</p>;
  if (!open) {
    return (
      <p className="actions">
        <button type="button" className="plain" onClick={() => setOpen(true)}>
          {text.setClock}
        </button>
      </p>
    );
  }
  return (
    <form className="settle" onSubmit={submit} noValidate>
      <WordsField
        label={text.whySetClock}
        hint={text.setClockHint}
        maxLength={300}
        value={words}
        problem={sending === 'failed' ? text.noAnswer : sending === 'not-allowed' ? text.notAllowed : null}
        onChange={setWords}
      />
      <p className="actions">
        <button type="submit" className="primary" aria-busy={sending === 'sending'}>
          {text.setClock}
        </button>
        <button type="button" className="plain" onClick={() => setOpen(false)}>
          {text.back}
        </button>
      </p>
    </form>
  );
}

async function setClock(edgeId: string, words: string): Promise<Sending> {
  const response = await fetch(`api/boxes/${edgeId}/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ words }),
  });
  if (response.status === 403) return 'not-allowed';
  return response.ok ? 'sent' : 'failed';
}

async function readBoxes(signal: AbortSignal): Promise<BoxList> {
  const response = await fetch('api/boxes', { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return boxListSchema.parse(await response.json());
}
