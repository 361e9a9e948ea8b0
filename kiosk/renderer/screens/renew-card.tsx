import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** Paid already: the card is written too, so that gates without a network know. Who has put it away goes on without. */
export function RenewCardScreen({ act }: ScreenProps<'renew-card'>) {
  const { say } = useWords();
  return (
    <ScreenFrame
      canLeave={false}
      title={say('renew-card.title')}
      lead={say('renew-card.lead')}
      middle={<DeviceDrawing name="reader" side="right" />}
    >
      <Press testId="skip-card" onPress={() => act({ type: 'skip-card' })}>
        {say('renew-card.skip')}
      </Press>
    </ScreenFrame>
  );
}
