import { formatEuros } from '@portillon/ui/format/money.ts';
import { ReceiptText } from 'lucide-react';
import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { WaitingBars } from '../parts/waiting-bars.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** Paper only if asked for (French law: on request), and only offered when there is paper. */
export function ReceiptScreen({ screen, view, act }: ScreenProps<'receipt'>) {
  const { say, language } = useWords();
  const side = view.device.receiptSlotSide;
  const amount = formatEuros(screen.totalCents, language);
  const reference = say('common.reference', { reference: screen.saleReference });
  const goOnWithout = (
    <Press
      kind="primary"
      testId="receipt-none"
      onPress={() => act({ type: 'choose-receipt', receipt: 'none' })}
    >
      {say('common.continue')}
    </Press>
  );

  switch (screen.phase) {
    case 'asking':
      if (!screen.paperPossible) {
        return (
          <ScreenFrame
            phase="no-paper"
            canLeave={false}
            title={say('receipt.no-paper')}
            middle={
              <div className="told">
                <Notice tone="info" title={reference}>
                  <p>{say('receipt.no-paper-lead', { amount })}</p>
                </Notice>
              </div>
            }
          >
            {goOnWithout}
          </ScreenFrame>
        );
      }
      return (
        <ScreenFrame
          phase={screen.phase}
          canLeave={false}
          title={say('receipt.question')}
          lead={`${say('receipt.lead', { amount })} ${reference}.`}
          middle={<ReceiptText aria-hidden="true" className="big-sign" />}
        >
          <div className="doors">
            <Press
              kind="choice"
              testId="receipt-paper"
              className="door tall"
              onPress={() => act({ type: 'choose-receipt', receipt: 'paper' })}
            >
              {say('receipt.paper')}
            </Press>
            <Press
              kind="choice"
              testId="receipt-none"
              className="door tall"
              onPress={() => act({ type: 'choose-receipt', receipt: 'none' })}
            >
              {say('receipt.none')}
            </Press>
          </div>
        </ScreenFrame>
      );
    case 'printing':
      return (
        <ScreenFrame
          phase={screen.phase}
          canLeave={false}
          title={say('receipt.printing')}
          middle={<DeviceDrawing name="receipt-slot" side={side} />}
        >
          <p className="waiting-line">
            <WaitingBars />
            {say('receipt.printing-lead')}
          </p>
        </ScreenFrame>
      );
    case 'printed':
      return (
        <ScreenFrame
          phase={screen.phase}
          canLeave={false}
          title={say(`receipt.printed.${side}`)}
          middle={<DeviceDrawing name="receipt-slot" side={side} />}
        />
      );
    case 'failed':
      return (
        <ScreenFrame
          phase={screen.phase}
          canLeave={false}
          title={say('receipt.failed')}
          middle={
            <div className="told">
              <Notice tone="watch" title={reference}>
                <p>{say('receipt.failed-lead', { amount })}</p>
              </Notice>
            </div>
          }
        >
          {goOnWithout}
        </ScreenFrame>
      );
  }
}
