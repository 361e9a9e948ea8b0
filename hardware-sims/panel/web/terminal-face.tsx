import type { Clock } from '@portillon/ui/browser-clock.ts';
import type { BankAnswer, DeviceView } from '../club-view.ts';
import { cableOf, type TerminalView } from './device-views.ts';
import { Progress } from './progress.tsx';
import type { Acts } from './use-acts.ts';

const bankAnswers: readonly { readonly answer: BankAnswer; readonly words: string }[] = [
  { answer: 'approve', words: 'Bank approves' },
  { answer: 'decline', words: 'Bank declines' },
  { answer: 'timeout-after-approval', words: 'Approves, answer lost' },
];

export function TerminalFace({
  device,
  acts,
  arrivedMs,
  clock,
}: {
  device: DeviceView;
  acts: Acts;
  arrivedMs: number;
  clock: Clock;
}) {
  const view = device.view as unknown as TerminalView;
  const waitsForCard = view.phase === 'waiting-card';
  const waiting = view.waitingMs !== null && view.waitingLimitMs !== null;
  return (
    <div className="card-box">
      <div className="box-title">
        <h2>Payment terminal</h2>
        {cableOf(device) === 'out' && <span className="state state-stop">✕ cable out</span>}
        {waitsForCard && <span className="state state-info">waits for a card</span>}
      </div>
      <div className="terminal-case">
        <div className="terminal-display" role="status">
          {view.display.join('\n')}
        </div>
      </div>
      {waiting && (
        <Progress
          wait={{
            words: waitsForCard ? 'Gives up in' : 'Asks the bank',
            elapsedMs: view.waitingMs ?? 0,
            limitMs: view.waitingLimitMs ?? 0,
          }}
          speed={device.speed}
          arrivedMs={arrivedMs}
          clock={clock}
        />
      )}
      <div className="button-row">
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
          className="button terminal-red"
          disabled={!waitsForCard}
          onClick={() => acts.act(device.name, 'red-key')}
        >
          Red key
        </button>
      </div>
    </div>
  );
}
