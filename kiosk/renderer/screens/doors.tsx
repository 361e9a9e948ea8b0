import { CreditCard, IdCard, KeyRound, Ticket } from 'lucide-react';
import type { Offer } from '../../bridge/view.ts';
import { GateAhead } from '../parts/gate-ahead.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

const icons = { join: CreditCard, 'day-entry': Ticket, membership: IdCard, code: KeyRound } as const;

/** What did you come for? What cannot be done now says so in its place. */
export function DoorsScreen({ screen, view, act }: ScreenProps<'doors'>) {
  const { say } = useWords();
  const { join, dayEntry, membership, code } = screen.offers;
  const doors: readonly { readonly door: keyof typeof icons; readonly offer: Offer | null }[] = [
    { door: 'join', offer: join },
    { door: 'day-entry', offer: dayEntry },
    { door: 'membership', offer: membership ? { possible: true } : null },
    { door: 'code', offer: code },
  ];
  return (
    <ScreenFrame
      title={say('doors.question')}
      lead={say('doors.lead')}
      middle={<GateAhead step={1} stepCount={2} />}
    >
      <div className="choices">
        {doors.map(({ door, offer }) => {
          if (offer === null) return null;
          if (!offer.possible) {
            return (
              <Notice key={door} tone="watch" title={say(`doors.${door}`)} testId={`no-${door}`}>
                <p>
                  {say('doors.not-now')} {say(`attract.stop.${offer.why}`)}
                </p>
                <p className="for-staff">{say('trouble.code', { code: offer.faultCode })}</p>
              </Notice>
            );
          }
          const Icon = icons[door];
          return (
            <Press
              key={door}
              kind="choice"
              testId={`door-${door}`}
              className="plan purpose"
              onPress={() => act({ type: 'choose-door', door })}
            >
              <Icon aria-hidden="true" className="icon" />
              <span className="plan-words">
                <span className="choice-name">{say(`doors.${door}`)}</span>
                <span>{say(`doors.${door}-lead`, { credential: view.credential })}</span>
              </span>
            </Press>
          );
        })}
      </div>
    </ScreenFrame>
  );
}
