import { formatEuros } from '@portillon/ui/format/money.ts';
import { AmountBar } from '../parts/amount-bar.tsx';
import { CallStaffNow } from '../parts/call-staff-now.tsx';
import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { DeviceProgress } from '../parts/device-progress.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { SlipLine } from '../parts/slip-line.tsx';
import { WaitingBars } from '../parts/waiting-bars.tsx';
import type { ScreenOf, ScreenProps } from '../screen-props.ts';
import { useShell } from '../shell.ts';
import { useWords } from '../words.ts';
import { RefundScreen } from './refund.tsx';

type PhaseName = ScreenOf<'payment'>['phase']['name'];
type PhaseOf<Name extends PhaseName> = Extract<ScreenOf<'payment'>['phase'], { name: Name }>;

const stages = ['feeding', 'writing', 'checking'] as const;

/** Mirrors what the terminal reports: one state, one sentence, one drawing. Never a time limit of our own. */
export function PaymentScreen(props: ScreenProps<'payment'>) {
  const { phase, money } = props.screen;
  if (money === 'out') return <RefundScreen {...props} />;
  switch (phase.name) {
    case 'preparing-card':
      return <Preparing {...props} phase={phase} />;
    case 'waiting-for-card':
      return <Waiting {...props} />;
    case 'practice':
      return <Practising {...props} />;
    case 'checking-payment':
      return <Checking {...props} about="checking" />;
    case 'recovering':
      return <Checking {...props} about="recovering" />;
    case 'handing-ticket':
      return <HandingTicket {...props} />;
    case 'not-paid':
      return <NotPaid {...props} phase={phase} />;
  }
}

function Amounts({
  screen,
  sum,
}: Pick<ScreenProps<'payment'>, 'screen'> & { readonly sum: 'today' | 'total' }) {
  const { say, language } = useWords();
  return (
    <div className="to-pay">
      {screen.lines.length < 2 ? null : (
        <dl className="amounts">
          {screen.lines.map((line) => (
            <div key={line.label.fr}>
              <dt>{line.label[language]}</dt>
              <dd>{formatEuros(line.cents, language)}</dd>
            </div>
          ))}
        </dl>
      )}
      <AmountBar cents={screen.totalCents} label={say(`payment.${sum}`)} testId="amount" />
    </div>
  );
}

/** Told where people pay, legibly (code de l'environnement, D541-372). */
function PaperOnRequest() {
  const { say } = useWords();
  return (
    <p className="paper-on-request" data-testid="paper-on-request">
      {say('payment.receipt-note')}
    </p>
  );
}

function Preparing({ screen, phase }: ScreenProps<'payment'> & { phase: PhaseOf<'preparing-card'> }) {
  const { say } = useWords();
  const isFree = screen.money === 'none';
  return (
    <ScreenFrame
      phase={phase.name}
      canLeave={false}
      title={say('payment.preparing.title')}
      lead={say(isFree ? 'payment.preparing.lead-free' : 'payment.preparing.lead')}
      middle={<DeviceDrawing name="card-inside" side="right" />}
    >
      <DeviceProgress
        stages={stages.map((stage) => say(`payment.preparing.${stage}`))}
        now={stages.indexOf(phase.stage)}
      />
      {isFree ? null : (
        <>
          <Amounts screen={screen} sum="today" />
          <PaperOnRequest />
        </>
      )}
    </ScreenFrame>
  );
}

function Waiting({ screen, view, act }: ScreenProps<'payment'>) {
  const { say, language } = useWords();
  const side = view.device.terminalSide;
  return (
    <ScreenFrame
      phase={screen.phase.name}
      canLeave={false}
      title={say(`payment.waiting.${side}`, { amount: formatEuros(screen.totalCents, language) })}
      lead={say('payment.waiting.lead')}
      middle={<DeviceDrawing name="terminal" side={side} />}
    >
      <Amounts screen={screen} sum="today" />
      <PaperOnRequest />
      {screen.canAbort ? (
        <Press testId="abort-payment" onPress={() => act({ type: 'abort-payment' })}>
          {say('payment.abort')}
        </Press>
      ) : (
        <Notice tone="info" testId="red-key">
          <p>{say('payment.red-key')}</p>
        </Notice>
      )}
    </ScreenFrame>
  );
}

function HandingTicket({ screen, view }: ScreenProps<'payment'>) {
  const { say } = useWords();
  return (
    <ScreenFrame
      phase={screen.phase.name}
      canLeave={false}
      title={say('payment.handing.title')}
      lead={say('payment.handing.lead')}
      middle={<DeviceDrawing name="receipt-slot" side={view.device.receiptSlotSide} />}
    >
      <WaitingBars />
    </ScreenFrame>
  );
}

const practiceAnswers = ['approved', 'declined', 'cancelled'] as const;

/** SA52: no terminal is asked, so nothing here speaks of a bank card to be held anywhere. */
function Practising({ screen, act }: ScreenProps<'payment'>) {
  const { say } = useWords();
  return (
    <ScreenFrame
      phase={screen.phase.name}
      canLeave={false}
      title={say('practice.payment.title')}
      lead={say('practice.payment.lead')}
      middle={<Amounts screen={screen} sum="today" />}
    >
      {practiceAnswers.map((answer) => (
        <Press
          key={answer}
          kind="choice"
          testId={`practise-${answer}`}
          onPress={() => act({ type: 'practise-payment', answer })}
        >
          {say(`practice.payment.${answer}`)}
        </Press>
      ))}
    </ScreenFrame>
  );
}

/** Nothing here may ask for money: it may have been taken. */
function Checking({ screen, about }: ScreenProps<'payment'> & { about: 'checking' | 'recovering' }) {
  const { say } = useWords();
  return (
    <ScreenFrame
      phase={screen.phase.name}
      canLeave={false}
      title={say(`payment.${about}.title`)}
      lead={say(`payment.${about}.lead`)}
      middle={
        <div className="big-wait">
          <WaitingBars />
        </div>
      }
    >
      <Amounts screen={screen} sum="total" />
      <PaperOnRequest />
    </ScreenFrame>
  );
}

/** What the bank said of the card helps more than what to do with any card. */
function adviceOf({ why, hint }: PhaseOf<'not-paid'>, say: ReturnType<typeof useWords>['say']): string {
  return hint === null ? say(`payment.advice.${why}`) : say(`payment.hint.${hint}`);
}

function NotPaid({ screen, act, phase }: ScreenProps<'payment'> & { phase: PhaseOf<'not-paid'> }) {
  const { say, language } = useWords();
  const { openCard } = useShell();
  const amount = formatEuros(screen.totalCents, language);
  return (
    <ScreenFrame
      phase={phase.name}
      canLeave={false}
      title={say(`payment.not-paid.${phase.why}`)}
      {...(phase.nothingTaken ? { lead: adviceOf(phase, say) } : {})}
      middle={
        <div className="told">
          {phase.nothingTaken ? (
            <Notice tone="done" title={say('payment.nothing-taken')} testId="nothing-taken" />
          ) : (
            <Notice tone="watch" testId="money-not-known">
              <p>{say('payment.not-known', { amount })}</p>
            </Notice>
          )}
          <SlipLine slip={phase.slip} />
        </div>
      }
    >
      <Amounts screen={screen} sum="today" />
      {phase.nothingTaken ? (
        <div className="primary-bar">
          <Press testId="payment-stop" onPress={() => openCard('leave')}>
            {say('payment.stop')}
          </Press>
          <Press kind="primary" testId="pay-again" onPress={() => act({ type: 'pay-again' })}>
            {say('payment.again', { amount })}
          </Press>
        </div>
      ) : (
        <CallStaffNow />
      )}
    </ScreenFrame>
  );
}
