import { formatEuros } from '@portillon/ui/format/money.ts';
import { Check, Ticket } from 'lucide-react';
import { useState } from 'react';
import type { PlanOffer } from '../../bridge/view.ts';
import { GateAhead } from '../parts/gate-ahead.tsx';
import { perTerm } from '../parts/per-term.ts';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ProblemText } from '../parts/problem.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** Compare two to four plans. None is chosen beforehand; what is paid today is shown as soon as one is. */
export function PlanScreen({ screen, act }: ScreenProps<'plan'>) {
  const { say, language } = useWords();
  const [planId, setPlanId] = useState(screen.answers.planId);
  const [missing, setMissing] = useState(false);
  const chosen = screen.plans.find((plan) => plan.planId === planId);

  // With a fourth plan the list would grow out of reach: the commitment then stands with the plan that is chosen.
  const allWords = screen.plans.length <= 3;

  function goOn() {
    if (chosen === undefined) setMissing(true);
    else act({ type: 'choose-plan', planId: chosen.planId });
  }

  return (
    <ScreenFrame
      title={say('plan.question')}
      lead={say('plan.lead')}
      position={screen}
      middle={
        chosen === undefined ? (
          <GateAhead step={screen.step} stepCount={screen.stepCount} />
        ) : (
          <TodayCard plan={chosen} withCommitment={!allWords} />
        )
      }
    >
      {missing && chosen === undefined ? (
        <ProblemText id="plan-problem" words={say('plan.missing')} testId="problem-plan" />
      ) : null}
      <div className="choices">
        {screen.plans.map((plan) => (
          <Press
            key={plan.planId}
            kind="choice"
            testId={`plan-${plan.planId}`}
            selected={plan.planId === planId}
            className="plan"
            onPress={() => setPlanId(plan.planId)}
          >
            <span className="plan-words">
              <span className="choice-name">
                {plan.planId === planId ? <Check aria-hidden="true" className="icon" /> : null}
                {plan.name[language]}
              </span>
              <span>{plan.description[language]}</span>
              {allWords ? <span>{plan.commitment[language]}</span> : null}
            </span>
            <span className="plan-price">
              <span className="price">{formatEuros(plan.priceCents, language)}</span>
              <span>{perTerm(plan, say)}</span>
            </span>
          </Press>
        ))}
      </div>
      <PrimaryBar onBack={() => act({ type: 'back' })} onContinue={goOn} />
    </ScreenFrame>
  );
}

function TodayCard({ plan, withCommitment }: { plan: PlanOffer; withCommitment: boolean }) {
  const { say, language } = useWords();
  return (
    <div className="card" data-testid="today">
      <dl className="amounts">
        {plan.joiningFeeCents === 0 ? null : (
          <>
            <div>
              <dt>{plan.prepaidMonths === null ? say('plan.first-month') : plan.name[language]}</dt>
              <dd>{formatEuros(plan.todayCents - plan.joiningFeeCents, language)}</dd>
            </div>
            <div>
              <dt>{say('plan.joining-fee')}</dt>
              <dd>{formatEuros(plan.joiningFeeCents, language)}</dd>
            </div>
          </>
        )}
        <div className="amount-total">
          <dt>{say('plan.today')}</dt>
          <dd className="price">{formatEuros(plan.todayCents, language)}</dd>
        </div>
      </dl>
      <p>
        {plan.prepaidMonths === null
          ? say('plan.then', { price: formatEuros(plan.priceCents, language) })
          : say('plan.prepaid-then')}
      </p>
      {withCommitment ? <p>{plan.commitment[language]}</p> : null}
      {plan.guestTickets === 0 ? null : (
        <p className="with-icon">
          <Ticket aria-hidden="true" className="icon" />
          {say('plan.guest-tickets', { count: plan.guestTickets })}
        </p>
      )}
    </div>
  );
}
