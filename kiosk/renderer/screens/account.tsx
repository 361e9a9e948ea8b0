import { formatDay } from '@portillon/ui/format/date.ts';
import { formatEuros } from '@portillon/ui/format/money.ts';
import { DebtList } from '../parts/debt-list.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** What is held, until when, what is owed, and what can be done about it here. No name: the card may be anybody's. */
export function AccountScreen({ screen, view, act }: ScreenProps<'account'>) {
  const { say } = useWords();
  const { renew, change, pay, phone } = screen;
  const owes = screen.debts.length > 0;
  return (
    <ScreenFrame
      phase={screen.state}
      title={say('account.title')}
      lead={say('account.lead')}
      middle={
        <div className="told">
          <Held screen={screen} />
          {owes ? <DebtList debts={screen.debts} /> : null}
          {screen.owedElsewhere ? (
            <Notice tone="watch" testId="owed-elsewhere">
              <p>{say('account.owed-elsewhere')}</p>
            </Notice>
          ) : null}
          <BookAge minutes={screen.bookAgeMinutes} />
        </div>
      }
    >
      {pay.possible ? null : (
        <Notice tone="watch" title={say('account.no-pay')} testId="no-pay">
          <p>{say(`attract.stop.${pay.why}`)}</p>
          <p className="for-staff">{say('trouble.code', { code: pay.faultCode })}</p>
        </Notice>
      )}
      <div className="choices">
        {owes && pay.possible ? (
          <Door
            testId="door-debts"
            title={say('account.settle')}
            priceCents={screen.owedCents}
            onPress={() => act({ type: 'open-account', part: 'debts' })}
          />
        ) : null}
        {renew.possible && pay.possible ? (
          <Door
            testId="door-renewal"
            title={say('account.renew')}
            priceCents={renew.priceCents}
            onPress={() => act({ type: 'open-account', part: 'renewal' })}
          />
        ) : null}
        {change.possible && pay.possible ? (
          <Door
            testId="door-plan-change"
            title={say('account.change')}
            onPress={() => act({ type: 'open-account', part: 'plan-change' })}
          />
        ) : null}
        {phone.possible ? (
          <Door
            testId="open-pass"
            title={say(phone.replaces ? 'account.other-phone' : 'account.phone', {
              credential: view.credential,
            })}
            onPress={() => act({ type: 'open-pass' })}
          />
        ) : null}
        <Door
          testId="door-privacy"
          title={say('account.privacy')}
          onPress={() => act({ type: 'open-privacy', part: 'overview' })}
        />
      </div>
      <WhyNot screen={screen} />
      <div className="primary-bar">
        <Press testId="finish" onPress={() => act({ type: 'finish' })}>
          {say('account.finish')}
        </Press>
      </div>
    </ScreenFrame>
  );
}

function Held({ screen }: Pick<ScreenProps<'account'>, 'screen'>) {
  const { say, language } = useWords();
  const { plan, validThrough, next, state } = screen;
  const until =
    validThrough === null
      ? say('account.no-end')
      : say(state === 'over' ? 'account.over' : 'account.through', {
          day: formatDay(validThrough, language),
        });
  return (
    <section className="card account-held" data-testid="held">
      <h2>{plan === null ? say('account.plan-unknown') : plan[language]}</h2>
      <p>{state === 'cancelled' ? say('account.cancelled') : until}</p>
      {next === null ? null : (
        <p>{say('account.next', { plan: next.plan[language], day: formatDay(next.from, language) })}</p>
      )}
    </section>
  );
}

function Door({
  testId,
  title,
  priceCents,
  onPress,
}: {
  testId: string;
  title: string;
  priceCents?: number;
  onPress(): void;
}) {
  const { language } = useWords();
  return (
    <Press kind="choice" testId={testId} className="plan" onPress={onPress}>
      <span className="choice-name">{title}</span>
      {priceCents === undefined ? null : <span className="price">{formatEuros(priceCents, language)}</span>}
    </Press>
  );
}

/** One sentence for what is not to be had; none twice. */
function WhyNot({ screen: { renew, change } }: Pick<ScreenProps<'account'>, 'screen'>) {
  const { say } = useWords();
  const told = [
    ...(renew.possible ? [] : [renew.why]),
    ...(change.possible || (!renew.possible && renew.why === change.why) ? [] : [change.why]),
  ];
  return told.map((why) => (
    <p key={why} data-testid={`not-${why}`}>
      {say(`account.not.${why}`)}
    </p>
  ));
}

function BookAge({ minutes }: { minutes: number | null }) {
  const { say } = useWords();
  if (minutes === null) return null;
  const [unit, count] =
    minutes < 60
      ? (['minutes', minutes] as const)
      : minutes < 2_880
        ? (['hours', Math.floor(minutes / 60)] as const)
        : (['days', Math.floor(minutes / 1_440)] as const);
  return (
    <Notice tone="info" testId="book-age">
      <p>{say(`account.age.${unit}`, { count })}</p>
    </Notice>
  );
}
