import { formatEuros } from '@portillon/ui/format/money.ts';
import type { ReactNode } from 'react';
import { useWords } from '../words.ts';
import { Press } from './press.tsx';

interface PricedChoiceProps {
  readonly testId: string;
  readonly name: string;
  readonly priceCents: number;
  /** What it is, in lines below the name. */
  readonly children: ReactNode;
  onPress(): void;
}

/** Something for sale whose price is the button that leads to the terminal. */
export function PricedChoice({ testId, name, priceCents, children, onPress }: PricedChoiceProps) {
  const { say, language } = useWords();
  return (
    <Press kind="choice" testId={testId} className="plan" onPress={onPress}>
      <span className="plan-words">
        <span className="choice-name">{name}</span>
        {children}
      </span>
      <span className="plan-price">
        <span className="price">{formatEuros(priceCents, language)}</span>
        <span>{say('day-entry.pay')}</span>
      </span>
    </Press>
  );
}
