import { Users } from 'lucide-react';
import { CallStaffNow } from '../parts/call-staff-now.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

export function MinorScreen({ act }: ScreenProps<'minor'>) {
  const { say } = useWords();
  return (
    <ScreenFrame
      title={say('minor.title')}
      lead={say('minor.lead')}
      canLeave={false}
      middle={<Users aria-hidden="true" className="big-sign" />}
    >
      <Notice tone="info">
        <p>{say('minor.nothing-paid')}</p>
      </Notice>
      <div className="primary-bar">
        <Press testId="finish" onPress={() => act({ type: 'finish' })}>
          {say('minor.finish')}
        </Press>
        <CallStaffNow />
      </div>
    </ScreenFrame>
  );
}
