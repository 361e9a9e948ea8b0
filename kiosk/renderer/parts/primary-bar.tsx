import type { ReactNode } from 'react';
import { useWords } from '../words.ts';
import { Press } from './press.tsx';

interface PrimaryBarProps {
  onBack?(): void;
  onContinue(): void;
  readonly continueWords?: string;
  readonly continueTestId?: string;
  readonly icon?: ReactNode;
  /** A second way on, between the two. */
  readonly children?: ReactNode;
}

/** Back and Continue. Continue is never disabled: pressing it tells what is missing. */
export function PrimaryBar(props: PrimaryBarProps) {
  const { say } = useWords();
  return (
    <div className="primary-bar">
      {props.onBack === undefined ? null : (
        <Press testId="back" onPress={props.onBack}>
          {say('common.back')}
        </Press>
      )}
      {props.children}
      <Press kind="primary" testId={props.continueTestId ?? 'continue'} onPress={props.onContinue}>
        {props.icon}
        {props.continueWords ?? say('common.continue')}
      </Press>
    </div>
  );
}
