import { formatDay } from '@portillon/ui/format/date.ts';
import { formatEuros } from '@portillon/ui/format/money.ts';
import { formatTimeOfDay } from '@portillon/ui/format/time-of-day.ts';
import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { Press } from '../parts/press.tsx';
import { QrImage } from '../parts/qr-image.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/**
 * The first name is the only personal datum ever shown large. Guest codes are shown when they were not printed, the code of a
 * day entry always: it is what was bought.
 */
export function WelcomeScreen({ screen, view, act }: ScreenProps<'welcome'>) {
  const { say, language } = useWords();
  const count = screen.tickets.length;
  const isDayEntry = screen.product === 'day-entry';
  const showCodes = count > 0 && (isDayEntry || !screen.ticketsPrinted);
  const greeting =
    screen.givenName === ''
      ? say('welcome.title-nameless')
      : say('welcome.title', { name: screen.givenName });
  const dayEntryAdvice = say(screen.ticketsPrinted ? 'welcome.day-entry-printed' : 'welcome.day-entry-photo');
  const isRefund = screen.product === 'refund';
  const title = {
    membership: greeting,
    'day-entry': say('welcome.day-entry-title'),
    renewal: say('welcome.renewal-title'),
    debt: say('welcome.debt-title'),
    refund: say('welcome.refund-title'),
    'card-replacement': greeting,
  }[screen.product];
  const through = screen.validThrough === null ? '' : formatDay(screen.validThrough, language);
  const lead = {
    membership: say('welcome.lead', { credential: view.credential }),
    'day-entry': say('welcome.day-entry-lead'),
    renewal: say('welcome.renewal-lead', { day: through, credential: view.credential }),
    debt: say('welcome.debt-lead'),
    refund: say('welcome.refund-lead', { amount: formatEuros(screen.totalCents, language) }),
    'card-replacement': say('welcome.lead', { credential: view.credential }),
  }[screen.product];
  return (
    <ScreenFrame
      tone="deep"
      canLeave={false}
      phase={showCodes ? 'guest-codes' : 'plain'}
      title={title}
      lead={
        view.practice
          ? say(screen.product === 'membership' ? 'practice.welcome' : 'practice.done', {
              credential: view.credential,
            })
          : lead
      }
      middle={
        showCodes ? (
          <section className="guest-codes" data-testid="guest-codes">
            {isDayEntry ? null : <h2>{say('welcome.guests', { count })}</h2>}
            <p>{isDayEntry ? dayEntryAdvice : say('welcome.guests-photo', { count })}</p>
            <div className="guest-code-row" data-codes={count === 1 ? 'one' : count <= 2 ? 'few' : 'many'}>
              {screen.tickets.map((ticket, index) => (
                <QrImage
                  key={ticket}
                  text={ticket}
                  title={
                    isDayEntry
                      ? say('welcome.day-entry-code')
                      : say('welcome.guest-code', { number: index + 1 })
                  }
                />
              ))}
            </div>
          </section>
        ) : isRefund ? null : (
          <div className="welcome-gate">
            <DeviceDrawing name="gate" side="right" />
          </div>
        )
      }
    >
      {!isDayEntry && count > 0 && screen.ticketsPrinted ? (
        <p>{say('welcome.guests-printed', { count })}</p>
      ) : null}
      {screen.openUntil === null || isRefund ? null : (
        <p>{say('welcome.open-until', { time: formatTimeOfDay(screen.openUntil, language) })}</p>
      )}
      <p className="for-staff">{say('common.reference', { reference: screen.saleReference })}</p>
      {screen.passPossible ? (
        <Press kind="choice" testId="open-pass" className="door" onPress={() => act({ type: 'open-pass' })}>
          {say('welcome.pass')}
        </Press>
      ) : null}
      <Press kind="choice" testId="finish" className="door" onPress={() => act({ type: 'finish' })}>
        {say('welcome.finish')}
      </Press>
    </ScreenFrame>
  );
}
