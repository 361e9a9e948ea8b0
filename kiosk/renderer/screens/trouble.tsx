import { formatEuros } from '@portillon/ui/format/money.ts';
import { CallStaffNow } from '../parts/call-staff-now.tsx';
import { NoteCode } from '../parts/note-code.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { SlipLine } from '../parts/slip-line.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

const moneyTone = {
  'nothing-taken': 'done',
  'taken-membership-active': 'done',
  'membership-active': 'done',
  'given-back': 'done',
  'nothing-given-back': 'done',
  'refund-being-checked': 'watch',
  'being-checked': 'watch',
  'owed-to-you': 'watch',
} as const;

/** Something failed: what it is, what is true of the money, what to do now. Calm, and nothing that is not known. */
export function TroubleScreen({ screen, view, act }: ScreenProps<'trouble'>) {
  const { say, language } = useWords();
  return (
    <ScreenFrame
      phase={screen.what}
      canLeave={false}
      title={say(`trouble.${screen.what}`)}
      {...(screen.what === 'card-not-paid' ? { lead: say('trouble.card-not-paid-lead') } : {})}
      middle={
        <div className="told">
          <Notice
            tone={moneyTone[screen.money]}
            title={say(`trouble.money.${screen.money}`, {
              amount: formatEuros(screen.amountCents, language),
              credential: view.credential,
            })}
            testId="money"
          />
          <div className="card" data-testid="what-to-do">
            <h2>{say('trouble.now.title')}</h2>
            <p>{say(`trouble.now.${screen.money}`, { credential: view.credential })}</p>
            {screen.saleReference === '' ? null : (
              <p className="reference" data-testid="reference">
                {say('common.reference', { reference: screen.saleReference })}
              </p>
            )}
            {screen.faultCode === null ? null : (
              <p className="for-staff">{say('trouble.code', { code: screen.faultCode })}</p>
            )}
          </div>
          <SlipLine slip={screen.slip} />
          {screen.note === null ? null : <NoteCode note={screen.note} />}
        </div>
      }
    >
      <div className="primary-bar">
        <Press testId="finish" onPress={() => act({ type: 'finish' })}>
          {say('trouble.finish')}
        </Press>
        <CallStaffNow />
      </div>
    </ScreenFrame>
  );
}
