import { formatEuros } from '@portillon/ui/format/money.ts';
import { AmountBar } from '../parts/amount-bar.tsx';
import { Notice } from '../parts/notice.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** What the code is for, before it is done: how much, for which sale, and what else changes. No name stands here. */
export function OrderScreen(props: ScreenProps<'order'>) {
  return props.screen.kind === 'refund' ? <Refund {...props} /> : <Card {...props} />;
}

function Refund({ screen, act }: ScreenProps<'order'>) {
  const { say, language } = useWords();
  return (
    <ScreenFrame
      phase="refund"
      title={say('order.refund.title', { amount: formatEuros(screen.amountCents, language) })}
      {...(screen.saleReference === null
        ? {}
        : { lead: say('order.refund.lead', { reference: screen.saleReference }) })}
      middle={
        <div className="told">
          <ul className="card day-entry-terms">
            <li>{say('order.refund.how')}</li>
            <li>{say('order.refund.paper')}</li>
          </ul>
          {screen.endsMembership ? (
            <Notice tone="watch" testId="ends-membership">
              <p>{say('order.refund.ends')}</p>
            </Notice>
          ) : null}
        </div>
      }
    >
      <AmountBar cents={screen.amountCents} label={say('refund.amount')} testId="amount" />
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        continueTestId="confirm-order"
        continueWords={say('order.refund.go')}
        onContinue={() => act({ type: 'confirm-order' })}
      />
    </ScreenFrame>
  );
}

function Card({ screen, view, act }: ScreenProps<'order'>) {
  const { say, language } = useWords();
  const { credential } = view;
  const isFree = screen.amountCents === 0;
  // What is made is the same; the words are not: nothing was lost.
  const isCollection = screen.kind === 'collection';
  return (
    <ScreenFrame
      phase="card-replacement"
      title={
        isCollection
          ? say('order.collection.title', { credential })
          : say('order.card-replacement.title', { credential })
      }
      lead={isCollection ? say('order.collection.lead') : say('order.card-replacement.lead', { credential })}
      middle={
        <div className="told">
          <Notice tone={isFree ? 'done' : 'info'} testId="card-fee">
            <p>
              {isCollection
                ? say('order.collection.free')
                : isFree
                  ? say('order.card-replacement.free')
                  : say('order.card-replacement.fee', {
                      credential,
                      amount: formatEuros(screen.amountCents, language),
                    })}
            </p>
          </Notice>
        </div>
      }
    >
      {isFree ? null : <AmountBar cents={screen.amountCents} label={say('payment.today')} testId="amount" />}
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        continueTestId="confirm-order"
        continueWords={say('order.card-replacement.go', { credential })}
        onContinue={() => act({ type: 'confirm-order' })}
      />
    </ScreenFrame>
  );
}
