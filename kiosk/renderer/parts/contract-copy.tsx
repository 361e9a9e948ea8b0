import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';
import { Notice } from './notice.tsx';
import { Press } from './press.tsx';

/** The copy of the contract on paper, beside the question of the receipt: offered once, and told what became of it. */
export function ContractCopy({ screen, view, act }: ScreenProps<'receipt'>) {
  const { say } = useWords();
  const { contractCopy, paperPossible, withMandate } = screen;
  const print = () => act({ type: 'print-contract' });
  switch (contractCopy) {
    case 'none':
    case 'printing':
      return null;
    case 'offered':
      return (
        <Press kind="plain" testId="contract-copy" onPress={print}>
          {say(withMandate ? 'receipt.copy-both' : 'receipt.copy')}
        </Press>
      );
    case 'printed':
      return (
        <Notice tone="done" testId="contract-copy-told">
          <p>{say(`receipt.copy-printed.${view.device.receiptSlotSide}`)}</p>
        </Notice>
      );
    case 'unknown':
      return (
        <Notice tone="watch" testId="contract-copy-told" title={say('receipt.copy-unknown')}>
          <p>{say('receipt.copy-from-staff')}</p>
        </Notice>
      );
    case 'failed':
      return (
        <>
          <Notice tone="watch" testId="contract-copy-told" title={say('receipt.copy-failed')}>
            <p>{say('receipt.copy-from-staff')}</p>
          </Notice>
          {paperPossible ? (
            <Press kind="plain" testId="contract-copy" onPress={print}>
              {say('receipt.copy-again')}
            </Press>
          ) : null}
        </>
      );
  }
}
