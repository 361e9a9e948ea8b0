import { formatEuros } from '@portillon/ui/format/money.ts';
import { useWords } from '../words.ts';

export function AmountBar({ cents, label, testId }: { cents: number; label: string; testId?: string }) {
  const { language } = useWords();
  return (
    <p className="amount-bar">
      <span>{label}</span>
      <span className="price" data-testid={testId}>
        {formatEuros(cents, language)}
      </span>
    </p>
  );
}
