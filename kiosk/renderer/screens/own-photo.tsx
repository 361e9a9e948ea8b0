import { useState } from 'react';
import { Press } from '../parts/press.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';
import { ReviewPhoto, TakePhoto } from './photo.tsx';

/** A member said yes: the camera as at a purchase. Nothing leaves this component before "use this photo". */
export function OwnPhotoScreen({ screen, act }: ScreenProps<'own-photo'>) {
  const { say } = useWords();
  const [taken, setTaken] = useState<string | null>(null);
  const otherWays = (
    <div className="doors">
      <Press
        kind="choice"
        testId="photo-refuse"
        className="door"
        onPress={() => act({ type: 'open-privacy', part: 'overview' })}
      >
        {say('own-photo.none')}
      </Press>
    </div>
  );
  if (taken === null) {
    return (
      <TakePhoto
        otherWays={otherWays}
        noCamera={say('own-photo.no-camera')}
        onTaken={setTaken}
        onBack={() => act({ type: 'back' })}
      />
    );
  }
  return (
    <ReviewPhoto
      otherWays={otherWays}
      problems={screen.problems}
      jpeg={taken}
      onRetake={() => setTaken(null)}
      onUse={() => act({ type: 'give-photo', photo: { kind: 'taken', jpegBase64: taken } })}
    />
  );
}
