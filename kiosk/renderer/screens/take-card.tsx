import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { Notice } from '../parts/notice.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { WaitingBars } from '../parts/waiting-bars.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** Stays until the card is taken: the drawing shows this cabinet's slot. */
export function TakeCardScreen({ screen, view }: ScreenProps<'take-card'>) {
  const { say } = useWords();
  const side = view.device.cardSlotSide;
  switch (screen.phase) {
    case 'finishing':
      return (
        <ScreenFrame
          phase={screen.phase}
          canLeave={false}
          title={say(screen.paid ? 'take-card.finishing' : 'take-card.finishing-free')}
          middle={<DeviceDrawing name="card-inside" side={side} />}
        >
          <p className="waiting-line">
            <WaitingBars />
            {say('take-card.finishing-lead')}
          </p>
        </ScreenFrame>
      );
    case 'presenting':
      return (
        <ScreenFrame
          phase={screen.phase}
          canLeave={false}
          title={say(`take-card.presenting.${side}`)}
          middle={<DeviceDrawing name="card-slot" side={side} />}
        >
          <p className="waiting-line">
            <WaitingBars />
            {say('take-card.presenting-lead')}
          </p>
        </ScreenFrame>
      );
    case 'at-mouth':
      return (
        <ScreenFrame
          phase={screen.phase}
          canLeave={false}
          title={say(`take-card.at-mouth.${side}`)}
          lead={say(screen.paid ? 'take-card.at-mouth-lead' : 'take-card.at-mouth-lead-free')}
          middle={<DeviceDrawing name="card-slot" side={side} />}
        />
      );
    case 'forgotten-soon':
      return (
        <ScreenFrame
          phase={screen.phase}
          canLeave={false}
          title={say(`take-card.forgotten.${side}`)}
          middle={<DeviceDrawing name="card-slot" side={side} />}
        >
          <Notice tone="watch" testId="card-forgotten-soon">
            <p>{say('take-card.forgotten-lead')}</p>
          </Notice>
        </ScreenFrame>
      );
  }
}
