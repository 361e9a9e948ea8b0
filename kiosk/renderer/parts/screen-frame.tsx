import type { ReactNode } from 'react';
import { useShell } from '../shell.ts';
import { useWords } from '../words.ts';
import { StepGate } from './step-gate.tsx';
import { UtilityRow } from './utility-row.tsx';

interface ScreenFrameProps {
  readonly title: string;
  readonly lead?: string;
  /** Which question this is; left out when the count would not be reliable. */
  readonly position?: { step: number; stepCount: number };
  /** Above the title. */
  readonly crown?: ReactNode;
  /** Upper part: read only. */
  readonly middle?: ReactNode;
  /** Lower part: everything a finger touches, inside the touch band. */
  readonly children?: ReactNode;
  readonly phase?: string;
  readonly tone?: 'light' | 'deep';
  /** Leaving makes no sense (nobody began) or is not possible (between payment and card). */
  readonly canLeave?: boolean;
}

/** The zones of every screen: read high, touch low, the utility row always at the same place. */
export function ScreenFrame(props: ScreenFrameProps) {
  const { view } = useShell();
  const { say } = useWords();
  return (
    <main
      className={`screen tone-${props.tone ?? 'light'}`}
      data-testid={`screen-${view.screen.name}`}
      data-phase={props.phase ?? ''}
    >
      <header className="screen-head">
        {props.crown}
        {props.position === undefined ? null : (
          <StepGate step={props.position.step} stepCount={props.position.stepCount} />
        )}
        <h1 className="question" data-testid="title">
          {props.title}
        </h1>
        {props.lead === undefined ? null : <p className="lead">{props.lead}</p>}
      </header>
      <section className="screen-middle">{props.middle}</section>
      <section className="screen-band" data-band>
        {props.children}
        <nav aria-label={say('utility.row')}>
          <UtilityRow canLeave={props.canLeave ?? true} />
        </nav>
      </section>
    </main>
  );
}
