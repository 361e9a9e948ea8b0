import { BellRing, Check } from 'lucide-react';
import { useShell } from '../shell.ts';
import { useWords } from '../words.ts';
import { Press } from './press.tsx';

/** Where a person is the way on, calling one is the primary action; the same card as the utility row's button opens. */
export function CallStaffNow() {
  const { view, openCard } = useShell();
  const { say } = useWords();
  const told = view.staffCall === 'sent';
  const Icon = told ? Check : BellRing;
  return (
    <Press kind="primary" testId="call-staff-now" onPress={() => openCard('call-staff')}>
      <Icon aria-hidden="true" className="icon" />
      {say(told ? 'utility.call-sent' : 'utility.call-staff')}
    </Press>
  );
}
