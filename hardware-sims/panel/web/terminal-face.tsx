import type { BankAnswer, DeviceView } from '../club-view.ts';
import { DeviceBox } from './device-box.tsx';
import { type TerminalView, viewOf } from './device-views.ts';
import { type Moment, Progress } from './progress.tsx';
import type { Acts } from './use-acts.ts';

const bankAnswers: readonly { readonly answer: BankAnswer; readonly words: string }[] = [
  { answer: 'approve', words: 'Bank approves' },
  { answer: 'decline', words: 'Bank declines' },
  { answer: 'timeout-after-approval', words: 'Answer gets lost' },
];

const waitWords = {
  idle: '',
  'waiting-card': 'Gives up in',
  'asking-bank': 'Asks the bank',
  holding: 'Holds the money until the card is out',
} as const;

/** The payment terminal: its display, a payment card to hold against it, and the red key. */
export function TerminalFace({ device, acts, moment }: { device: DeviceView; acts: Acts; moment: Moment }) {
  const view = viewOf<TerminalView>(device);
  const waitsForCard = view.phase === 'waiting-card';
  return (
    <DeviceBox
      title="Payment terminal"
      device={device}
      state={waitsForCard && <span className="state state-info">waits for a card</span>}
    >
      <div className="terminal-case">
        <div className="terminal-display" role="status">
          {view.display.join('\n')}
        </div>
      </div>
      <div className="wait-line">
        {view.waitingMs !== null && view.waitingLimitMs !== null ? (
          <Progress
            words={waitWords[view.phase]}
            elapsedMs={view.waitingMs}
            limitMs={view.waitingLimitMs}
            moment={moment}
          />
        ) : (
          <p className="hint">Present a payment card when it asks for one:</p>
        )}
      </div>
      <div className="terminal-keys">
        {bankAnswers.map(({ answer, words }) => (
          <button
            key={answer}
            type="button"
            className={answer === 'approve' ? 'button button-primary' : 'button'}
            disabled={!waitsForCard}
            onClick={() => acts.world('present-card', { answer })}
          >
            {words}
          </button>
        ))}
        <button
          type="button"
          className="button button-stop"
          disabled={!waitsForCard}
          onClick={() => acts.act(device.name, 'red-key')}
        >
          Red key
        </button>
      </div>
    </DeviceBox>
  );
}
