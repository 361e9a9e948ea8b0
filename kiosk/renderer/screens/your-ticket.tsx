import { formatDay } from '@portillon/ui/format/date.ts';
import { Press } from '../parts/press.tsx';
import { QrImage } from '../parts/qr-image.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** Stays until its holder has the ticket, or the pass on the phone: it is what was bought. */
export function YourTicketScreen({ screen, act }: ScreenProps<'your-ticket'>) {
  const { say, language } = useWords();
  const { onPaper, paid, ticket, validThrough } = screen;
  return (
    <ScreenFrame
      phase={onPaper ? 'on-paper' : 'on-screen'}
      canLeave={false}
      title={say('your-ticket.title')}
      lead={say(paid ? 'your-ticket.paid' : 'your-ticket.free')}
      middle={
        <section className="guest-codes" data-testid="your-ticket">
          <h2>{say(onPaper ? 'your-ticket.on-paper' : 'your-ticket.photo')}</h2>
          <div className="guest-code-row" data-codes="one">
            <QrImage text={ticket} title={say('your-ticket.code')} />
          </div>
          <p>{say('your-ticket.use', { day: formatDay(validThrough, language) })}</p>
        </section>
      }
    >
      <Press kind="primary" testId="open-pass" onPress={() => act({ type: 'open-pass' })}>
        {say('your-ticket.pass')}
      </Press>
      <Press kind="choice" testId="have-ticket" className="door" onPress={() => act({ type: 'have-ticket' })}>
        {say('your-ticket.have')}
      </Press>
    </ScreenFrame>
  );
}
