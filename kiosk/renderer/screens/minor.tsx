import { Users } from 'lucide-react';
import { Notice } from '../parts/notice.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
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
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={() => act({ type: 'finish' })}
        continueWords={say('minor.finish')}
        continueTestId="finish"
      />
    </ScreenFrame>
  );
}
