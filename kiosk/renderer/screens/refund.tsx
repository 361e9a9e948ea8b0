import { formatEuros } from '@portillon/ui/format/money.ts';
import { AmountBar } from '../parts/amount-bar.tsx';
import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { SlipLine } from '../parts/slip-line.tsx';
import { WaitingBars } from '../parts/waiting-bars.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useShell } from '../shell.ts';
import { useWords } from '../words.ts';

/** The terminal gives money back: the steps of a payment, and nothing here speaks of paying. */
export function RefundScreen(props: ScreenProps<'payment'>) {
  const { name } = props.screen.phase;
  if (name === 'not-paid') return <NotMade {...props} />;
  if (name === 'waiting-for-card') return <Waiting {...props} />;
  return <Checking {...props} about={name === 'recovering' ? 'recovering' : 'checking'} />;
}

function Amount({ screen }: Pick<ScreenProps<'payment'>, 'screen'>) {
  const { say } = useWords();
  return <AmountBar cents={screen.totalCents} label={say('refund.amount')} testId="amount" />;
}

function Waiting({ screen, view, act }: ScreenProps<'payment'>) {
  const { say, language } = useWords();
  const side = view.device.terminalSide;
  return (
    <ScreenFrame
      phase="refund-waiting"
      canLeave={false}
      title={say(`refund.waiting.${side}`)}
      lead={say('refund.waiting.lead', { amount: formatEuros(screen.totalCents, language) })}
      middle={<DeviceDrawing name="terminal" side={side} />}
    >
      <Amount screen={screen} />
      {screen.canAbort ? (
        <Press testId="abort-payment" onPress={() => act({ type: 'abort-payment' })}>
          {say('refund.abort')}
        </Press>
      ) : (
        <Notice tone="info" testId="red-key">
          <p>{say('payment.red-key')}</p>
        </Notice>
      )}
    </ScreenFrame>
  );
}

function Checking({ screen, about }: ScreenProps<'payment'> & { about: 'checking' | 'recovering' }) {
  const { say } = useWords();
  return (
    <ScreenFrame
      phase={`refund-${about}`}
      canLeave={false}
      title={say(`refund.${about}.title`)}
      lead={say(`refund.${about}.lead`)}
      middle={
        <div className="big-wait">
          <WaitingBars />
        </div>
      }
    >
      <Amount screen={screen} />
    </ScreenFrame>
  );
}

function NotMade({ screen, act }: ScreenProps<'payment'>) {
  const { say } = useWords();
  const { openCard } = useShell();
  const slip = screen.phase.name === 'not-paid' ? screen.phase.slip : 'none';
  return (
    <ScreenFrame
      phase="refund-not-made"
      canLeave={false}
      title={say('refund.not-made')}
      lead={say('refund.advice')}
      middle={
        <div className="told">
          <Notice tone="done" title={say('refund.code-stays')} testId="code-stays" />
          <SlipLine slip={slip} />
        </div>
      }
    >
      <Amount screen={screen} />
      <div className="primary-bar">
        <Press testId="payment-stop" onPress={() => openCard('leave')}>
          {say('payment.stop')}
        </Press>
        <Press kind="primary" testId="pay-again" onPress={() => act({ type: 'pay-again' })}>
          {say('refund.again')}
        </Press>
      </div>
    </ScreenFrame>
  );
}
