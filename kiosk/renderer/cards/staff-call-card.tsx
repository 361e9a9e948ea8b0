import type { KioskView } from '../../bridge/view.ts';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { useWords } from '../words.ts';
import { CardOverScreen } from './card-over-screen.tsx';

const reasons = ['help', 'device', 'other'] as const;
export type CallReason = (typeof reasons)[number];

interface StaffCallCardProps {
  readonly call: KioskView['staffCall'];
  readonly staffPhone: string | null;
  readonly about: KioskView['about'];
  onCall(reason: CallReason): void;
  onClose(): void;
}

const titles = { none: 'call.title', waiting: 'call.waiting', sent: 'call.sent' } as const;

/** A digest is read aloud and compared in groups. */
function inGroups(digest: string): string {
  return digest.match(/.{1,8}/g)?.join(' ') ?? '';
}

/** A message, not a call: works without hearing or speech. What was typed so far stays. */
export function StaffCallCard({ call, staffPhone, about, onCall, onClose }: StaffCallCardProps) {
  const { say } = useWords();
  const phone =
    staffPhone === null ? null : <p data-testid="staff-phone">{say('call.phone', { phone: staffPhone })}</p>;
  return (
    <CardOverScreen title={say(titles[call])} testId="staff-call-card" onDismiss={onClose}>
      {call === 'none' ? (
        <p>{say('call.lead')}</p>
      ) : (
        <Notice tone={call === 'sent' ? 'done' : 'watch'} testId={`call-${call}`}>
          <p>{say(`call.${call}-lead`)}</p>
        </Notice>
      )}
      {phone}
      <div className="stacked">
        {call !== 'none'
          ? null
          : reasons.map((reason) => (
              <Press
                key={reason}
                kind="choice"
                testId={`call-staff-${reason}`}
                className="door"
                onPress={() => onCall(reason)}
              >
                {say(`call.${reason}`)}
              </Press>
            ))}
        <Press testId="call-close" onPress={onClose}>
          {say('call.close')}
        </Press>
      </div>
      <p className="for-staff about" data-testid="about">
        {say('call.about', { till: about.till, version: about.version })}
        {about.perimeter === '' ? null : <code>{inGroups(about.perimeter)}</code>}
      </p>
    </CardOverScreen>
  );
}
