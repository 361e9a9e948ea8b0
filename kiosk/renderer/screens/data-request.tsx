import { formatDay } from '@portillon/ui/format/date.ts';
import { CalendarDays, CreditCard, FileText, type LucideIcon, Scale, Trash2, Users } from 'lucide-react';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** What follows when it is asked for, before it is; then that it was, and until when there is an answer. */
export function DataRequestScreen(props: ScreenProps<'data-request'>) {
  return props.screen.phase === 'sent' ? <Sent {...props} /> : <Asking {...props} />;
}

function Asking({ screen, act }: ScreenProps<'data-request'>) {
  const { say, language } = useWords();
  const { asks } = screen;
  const day = formatDay(screen.answerBy, language);
  return (
    <ScreenFrame
      phase="asking"
      title={say(`data-request.${asks}.title`)}
      lead={say(`data-request.${asks}.lead`)}
      middle={
        <ul className="facts">
          {asks === 'erasure' ? (
            <>
              <Fact icon={Trash2}>{say('data-request.goes')}</Fact>
              <Fact icon={FileText}>{say('data-request.stays')}</Fact>
              <Fact icon={Scale}>{say('data-request.first')}</Fact>
            </>
          ) : (
            <>
              <Fact icon={FileText}>{say('data-request.holds')}</Fact>
              <Fact icon={Users}>{say('data-request.handed')}</Fact>
            </>
          )}
          <Fact icon={CalendarDays}>{say('data-request.answer', { day })}</Fact>
        </ul>
      }
    >
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={() => act({ type: 'request-data', asks })}
        continueWords={say(`data-request.${asks}.ask`)}
        continueTestId="request-data"
      />
    </ScreenFrame>
  );
}

function Sent({ screen, act }: ScreenProps<'data-request'>) {
  const { say, language } = useWords();
  const { asks, offline } = screen;
  return (
    <ScreenFrame
      phase="sent"
      title={say('data-request.sent')}
      lead={say('data-request.answer', { day: formatDay(screen.answerBy, language) })}
      middle={
        <ul className="facts">
          {asks === 'erasure' ? <Fact icon={CreditCard}>{say('data-request.until-then')}</Fact> : null}
          <Fact icon={Users}>{say('data-request.desk')}</Fact>
        </ul>
      }
    >
      {offline ? (
        <Notice tone="info" testId="waits">
          <p>{say('data-request.waits')}</p>
        </Notice>
      ) : null}
      <div className="primary-bar">
        <Press testId="back" onPress={() => act({ type: 'back' })}>
          {say('common.back')}
        </Press>
        <Press kind="primary" testId="finish" onPress={() => act({ type: 'finish' })}>
          {say('account.finish')}
        </Press>
      </div>
    </ScreenFrame>
  );
}

function Fact({ icon: Icon, children }: { icon: LucideIcon; children: string }) {
  return (
    <li>
      <Icon aria-hidden="true" className="icon" />
      {children}
    </li>
  );
}
