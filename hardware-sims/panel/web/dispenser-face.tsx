import type { DeviceView } from '../club-view.ts';
import { DeviceBox } from './device-box.tsx';
import { type DispenserView, viewOf } from './device-views.ts';
import { type Moment, Progress } from './progress.tsx';
import type { Acts } from './use-acts.ts';
import { useNow } from './use-now.ts';

/** Centre of a card in the drawing. */
interface Spot {
  readonly x: number;
  readonly y: number;
}

const stackerSpot: Spot = { x: 58, y: 50 };
const encoderSpot: Spot = { x: 168, y: 50 };
const mouthSpot: Spot = { x: 296, y: 50 };
const binSpot: Spot = { x: 168, y: 122 };

const ways: Readonly<Record<'feed' | 'present' | 'pull back' | 'capture', readonly [Spot, Spot]>> = {
  feed: [stackerSpot, encoderSpot],
  present: [encoderSpot, mouthSpot],
  'pull back': [mouthSpot, encoderSpot],
  capture: [encoderSpot, binSpot],
};

const movementWords: Readonly<Record<keyof typeof ways, string>> = {
  feed: 'Feeds a card',
  present: 'Presents the card',
  'pull back': 'Pulls the card back',
  capture: 'Takes the card into the bin',
};

const refillCount = 20;

/** The card dispenser: stacker, encoder, mouth and bin, with the card on its way. */
export function DispenserFace({ device, acts, moment }: { device: DeviceView; acts: Acts; moment: Moment }) {
  const view = viewOf<DispenserView>(device);
  const { moving } = view;
  return (
    <DeviceBox
      title="Card dispenser"
      device={device}
      state={
        view.cardAt === 'jammed' ? (
          <span className="state state-stop">✕ card stuck</span>
        ) : view.cardAt === 'mouth' ? (
          <span className="state state-done">✓ card to take</span>
        ) : (
          view.stacker !== 'enough' && <span className="state state-watch">! stacker {view.stacker}</span>
        )
      }
    >
      <Drawing view={view} moment={moment} />
      <div className="wait-line">
        {moving ? (
          <Progress
            words={movementWords[moving.what]}
            elapsedMs={moving.sinceMs}
            limitMs={moving.durationMs}
            moment={moment}
          />
        ) : (
          <p className="hint">{restWords(view)}</p>
        )}
      </div>
      <div className="button-row">
        <button
          type="button"
          className="button button-primary"
          disabled={view.cardAt !== 'mouth'}
          onClick={() => acts.world('take-card', {})}
        >
          Take the card
        </button>
        {view.cardAt === 'encoder' && (
          <button type="button" className="button" onClick={() => acts.act(device.name, 'remove-by-hand')}>
            Take it out by hand
          </button>
        )}
        {view.cardAt === 'jammed' && (
          <button type="button" className="button" onClick={() => acts.act(device.name, 'clear-jam')}>
            Free the stuck card
          </button>
        )}
        <button
          type="button"
          className="button"
          onClick={() => acts.act(device.name, 'refill', { count: refillCount })}
        >
          Refill {refillCount}
        </button>
        <button type="button" className="button" onClick={() => acts.act(device.name, 'empty-bin')}>
          Empty bin
        </button>
      </div>
    </DeviceBox>
  );
}

function restWords(view: DispenserView): string {
  switch (view.cardAt) {
    case 'encoder':
      return `Card ${view.cardUid ?? ''} lies at the encoder.`;
    case 'mouth':
      return `Card ${view.cardUid ?? ''} sticks out of the mouth.`;
    case 'jammed':
      return `Card ${view.cardUid ?? ''} is stuck.`;
    default:
      return 'No card in the path.';
  }
}

function Drawing({ view, moment }: { view: DispenserView; moment: Moment }) {
  const now = useNow(moment.clock, view.moving !== null);
  const spot = cardSpot(view, now - moment.arrivedMs);
  const plates = Math.min(12, Math.ceil(view.stackerCount / 4));
  return (
    <svg className="drawing" viewBox="0 0 348 146" role="img" aria-label="Inside of the dispenser">
      <title>Inside of the dispenser</title>
      <rect x="2" y="2" width="290" height="142" rx="10" className="d-case" />
      <rect x="18" y="14" width="80" height="92" rx="6" className="d-well" />
      {Array.from({ length: plates }, (_, index) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: plates are alike and never move
          key={index}
          x="27"
          y={96 - index * 7}
          width="62"
          height="5"
          rx="1.5"
          className="d-plate"
        />
      ))}
      <text x="58" y="126" textAnchor="middle">
        {view.stackerCount} in stack
      </text>
      <line x1="98" y1="50" x2="292" y2="50" className="d-way" />
      <line x1="168" y1="50" x2="168" y2="104" className="d-way" />
      <rect x="128" y="20" width="80" height="60" rx="6" className="d-antenna" />
      <text x="168" y="16" textAnchor="middle">
        encoder
      </text>
      <rect x="128" y="102" width="80" height="40" rx="6" className="d-well" />
      <text x="216" y="126">
        {view.binCount === 0 ? 'bin empty' : `${view.binCount} in bin`}
      </text>
      <rect x="286" y="24" width="8" height="52" rx="3" className="d-mouth" />
      <text x="322" y="16" textAnchor="middle">
        mouth
      </text>
      {spot && (
        <g transform={`translate(${spot.x - 30} ${spot.y - 19})`}>
          <rect
            width="60"
            height="38"
            rx="5"
            className={view.cardAt === 'jammed' ? 'd-card d-card-stuck' : 'd-card'}
          />
          <rect y="28" width="60" height="5" className="d-card-stripe" />
        </g>
      )}
    </svg>
  );
}

/** Where to draw the card that is not in the stacker, in mid-movement between its two ends. */
function cardSpot(view: DispenserView, sinceViewMs: number): Spot | null {
  if (view.moving) {
    const [from, to] = ways[view.moving.what];
    const share = Math.min(1, (view.moving.sinceMs + Math.max(0, sinceViewMs)) / view.moving.durationMs);
    return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  }
  if (view.cardAt === 'encoder') return encoderSpot;
  if (view.cardAt === 'mouth') return mouthSpot;
  return view.cardAt === 'jammed' ? { x: 230, y: 50 } : null;
}
