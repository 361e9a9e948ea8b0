import { formatEuros } from '@portillon/ui/format/money.ts';
import { AmountBar } from '../parts/amount-bar.tsx';
import { DebtList } from '../parts/debt-list.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** All that is owed here, line by line, before it is paid together. */
export function DebtsScreen({ screen, act }: ScreenProps<'debts'>) {
  const { say, language } = useWords();
  return (
    <ScreenFrame
      title={say('debts.title')}
      lead={say('debts.lead')}
      middle={<DebtList debts={screen.debts} />}
    >
      <AmountBar cents={screen.totalCents} label={say('payment.total')} testId="amount" />
      <PrimaryBar
        onBack={() => act({ type: 'back' })}
        onContinue={() => act({ type: 'settle-debts', totalCents: screen.totalCents })}
        continueWords={say('payment.again', { amount: formatEuros(screen.totalCents, language) })}
      />
    </ScreenFrame>
  );
}
