import type { ClubView, DeviceView, GateView } from '../club-view.ts';
import { DeviceBox } from './device-box.tsx';
import {
  type BadgeReaderView,
  type BoardView,
  cableOf,
  type ReaderView,
  type ScannerView,
  viewOf,
} from './device-views.ts';
import { type Moment, Progress } from './progress.tsx';
import type { Acts } from './use-acts.ts';

const armWords: Readonly<Record<BoardView['arm'], { state: string; words: string }>> = {
  locked: { state: 'offline', words: 'locked' },
  free: { state: 'done', words: '✓ released' },
  turning: { state: 'info', words: 'turning' },
};

/** A turnstile as seen from above, what lies on its reader, and what its scanner read last. */
export function GateFace({
  gate,
  club,
  acts,
  moment,
}: {
  gate: GateView;
  club: ClubView;
  acts: Acts;
  moment: Moment;
}) {
  const named = (name: string | null) => club.devices.find((device) => device.name === name);
  const board = named(gate.board);
  const reader = named(gate.reader);
  const badgeReader = named(gate.badgeReader);
  const scanner = named(gate.scanner);
  return (
    <>
      {board && <Turnstile gate={gate} board={board} acts={acts} moment={moment} />}
      {(reader || badgeReader || scanner) && (
        <section className="box box-grows" aria-label="Reader and scanner">
          <div className="box-title">
            <h2>Reader and scanner</h2>
            {gate.screenUrl && (
              <a href={gate.screenUrl} target="_blank" rel="noreferrer">
                Screen at the gate
              </a>
            )}
          </div>
          {reader && (
            <SensorLine
              device={reader}
              words={viewOf<ReaderView>(reader).card ?? 'no card'}
              active={viewOf<ReaderView>(reader).card !== null}
              name="Reader"
            />
          )}
          {badgeReader && <BadgeReader device={badgeReader} acts={acts} />}
          {scanner && (
            <SensorLine
              device={scanner}
              words={viewOf<ScannerView>(scanner).lastText ?? 'nothing yet'}
              active={false}
              name="Scanner"
            />
          )}
        </section>
      )}
    </>
  );
}

const lightWords: Readonly<Record<BadgeReaderView['light'], { state: string; words: string }>> = {
  off: { state: 'offline', words: '○ dark' },
  green: { state: 'done', words: '● green' },
  red: { state: 'stop', words: '● red' },
  amber: { state: 'watch', words: '● amber' },
  blue: { state: 'info', words: '● blue' },
  white: { state: 'info', words: '● white' },
};

/** A reader with a light and a display: what a person in front of it sees, and its keys. */
function BadgeReader({ device, acts }: { device: DeviceView; acts: Acts }) {
  const { light, text, secure } = viewOf<BadgeReaderView>(device);
  const { state, words } = lightWords[light];
  return (
    <>
      <p className="sensor-line">
        <span>Badges</span>
        <code className="one-line" title={text}>
          {text || (secure ? 'nothing shown' : 'no secure channel')}
        </code>
        <span className={`state state-${state}`}>{words}</span>
      </p>
      <div className="button-row">
        {['1', '2', '3', '*', '#'].map((key) => (
          <button
            key={key}
            type="button"
            className="button"
            aria-label={`Press ${key}`}
            onClick={() => acts.act(device.name, 'keys', { keys: key })}
          >
            {key}
          </button>
        ))}
      </div>
    </>
  );
}

function SensorLine({
  device,
  name,
  words,
  active,
}: {
  device: DeviceView;
  name: string;
  words: string;
  active: boolean;
}) {
  const out = cableOf(device) === 'out';
  return (
    <p className="sensor-line">
      <span>{name}</span>
      <code className="one-line" title={words}>
        {words}
      </code>
      {out ? (
        <span className="state state-stop">✕ cable out</span>
      ) : (
        active && <span className="state state-info">card on it</span>
      )}
    </p>
  );
}

function Turnstile({
  gate,
  board,
  acts,
  moment,
}: {
  gate: GateView;
  board: DeviceView;
  acts: Acts;
  moment: Moment;
}) {
  const view = viewOf<BoardView>(board);
  const { state, words } = armWords[view.arm];
  return (
    <DeviceBox
      title={gate.name}
      device={board}
      state={<span className={`state state-${state}`}>{words}</span>}
    >
      <svg className="drawing" viewBox="0 0 348 150" role="img" aria-label={`Arm ${view.arm}`}>
        <title>{`${gate.name}: arm ${view.arm}`}</title>
        <rect x="0" y="0" width="348" height="75" className="g-inside" />
        <rect x="0" y="75" width="348" height="75" className="g-outside" />
        <text x="10" y="20">
          inside the club
        </text>
        <text x="10" y="140">
          outside
        </text>
        <rect x="84" y="30" width="34" height="90" rx="8" className="g-post" />
        <rect x="244" y="30" width="34" height="90" rx="8" className="g-post" />
        <circle cx="101" cy="100" r="9" className={view.entryReleased ? 'g-lamp g-lamp-on' : 'g-lamp'} />
        <g className={`g-arm g-arm-${view.arm}`}>
          <rect x="110" y="69" width="130" height="12" rx="6" />
        </g>
        <circle cx="113" cy="75" r="10" className="g-hub" />
        {view.entryReleased && <path d="M180 58 v-38 m-13 13 l13 -13 l13 13" className="g-go" />}
      </svg>
      <div className="wait-line">
        {view.releasedForMs > 0 && view.entryReleased ? (
          <Progress words="Locks again in" elapsedMs={0} limitMs={view.releasedForMs} moment={moment} />
        ) : (
          <p className="hint">
            {view.heldOpen ? 'Held open for everybody.' : 'Out is always free. In needs a release.'}
          </p>
        )}
      </div>
      <div className="button-row">
        <button
          type="button"
          className="button button-primary"
          onClick={() => acts.world('push', { gateId: gate.id, direction: 'entry' })}
        >
          Push in
        </button>
        <button
          type="button"
          className="button"
          onClick={() => acts.world('push', { gateId: gate.id, direction: 'exit' })}
        >
          Push out
        </button>
      </div>
      <div className="button-row">
        <button type="button" className="button" onClick={() => acts.act(board.name, 'force')}>
          Break through
        </button>
        <button
          type="button"
          className="button"
          aria-pressed={view.doorOpen}
          onClick={() => acts.act(board.name, 'door', { open: !view.doorOpen })}
        >
          Door open
        </button>
        <button
          type="button"
          className="button"
          aria-pressed={view.fire}
          onClick={() => acts.act(board.name, 'fire', { on: !view.fire })}
        >
          Fire alarm
        </button>
      </div>
      <div className="gate-counts">
        <div>
          <span className="gate-count">{view.entries}</span> in
        </div>
        <div>
          <span className="gate-count">{view.exits}</span> out
        </div>
      </div>
    </DeviceBox>
  );
}
