import { formatEuros } from '@portillon/ui/format/money.ts';
import { ReceiptText } from 'lucide-react';
import { ContractCopy } from '../parts/contract-copy.tsx';
import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { NoteCode } from '../parts/note-code.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { WaitingBars } from '../parts/waiting-bars.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/**
 * Paper only if asked for (French law: on request), and only offered when there is paper. The electronic note stands beside
 * the question, and in for a paper that cannot be had.
 */
export function ReceiptScreen(props: ScreenProps<'receipt'>) {
  const { screen, view } = props;
  const { say } = useWords();
  const side = view.device.receiptSlotSide;
  if (screen.contractCopy === 'printing') return <CopyPrinting side={side} />;
  switch (screen.phase) {
    case 'asking':
      return screen.paperPossible ? <Asking {...props} /> : <NoPaper {...props} />;
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
      return <Failed {...props} />;
    case 'unknown':
      return <Unknown {...props} />;
  }
}

function CopyPrinting({ side }: { side: ScreenProps<'receipt'>['view']['device']['receiptSlotSide'] }) {
  const { say } = useWords();
  return (
    <ScreenFrame
      phase="printing-contract"
      canLeave={false}
      title={say('receipt.copy-printing')}
      middle={<DeviceDrawing name="receipt-slot" side={side} />}
    >
      <p className="waiting-line">
        <WaitingBars />
        {say('receipt.copy-printing-lead')}
      </p>
    </ScreenFrame>
  );
}

function usePaid({ screen }: ScreenProps<'receipt'>) {
  const { say, language } = useWords();
  const amount = formatEuros(screen.totalCents, language);
  return {
    /** What is true of the money, in the words of the moment; of a credit note always the same. */
    told: (id: 'receipt.lead' | 'receipt.no-paper-lead' | 'receipt.failed-note' | 'receipt.failed-lead') =>
      say(screen.credit ? 'receipt.credit-lead' : id, { amount }),
    reference: say('common.reference', { reference: screen.saleReference }),
  };
}

function Asking(props: ScreenProps<'receipt'>) {
  const { say } = useWords();
  const { told, reference } = usePaid(props);
  const { note } = props.screen;
  return (
    <ScreenFrame
      phase="asking"
      canLeave={false}
      title={say('receipt.question')}
      lead={`${told('receipt.lead')} ${reference}.`}
      middle={note ? <NoteCode note={note} /> : <ReceiptText aria-hidden="true" className="big-sign" />}
    >
      <TwoDoors {...props} paper={say('receipt.paper')} none={say('receipt.none')} />
    </ScreenFrame>
  );
}

function NoPaper(props: ScreenProps<'receipt'>) {
  const { say } = useWords();
  const { told, reference } = usePaid(props);
  const { note } = props.screen;
  return (
    <ScreenFrame
      phase="no-paper"
      canLeave={false}
      title={say('receipt.no-paper')}
      {...(note ? { lead: `${told('receipt.lead')} ${reference}.` } : {})}
      middle={
        note ? (
          <NoteCode note={note} />
        ) : (
          <div className="told">
            <Notice tone="info" title={reference}>
              <p>{told('receipt.no-paper-lead')}</p>
            </Notice>
          </div>
        )
      }
    >
      <GoOn {...props} />
    </ScreenFrame>
  );
}

function Failed(props: ScreenProps<'receipt'>) {
  const { say } = useWords();
  const { told, reference } = usePaid(props);
  const { note, paperPossible } = props.screen;
  return (
    <ScreenFrame
      phase="failed"
      canLeave={false}
      title={say('receipt.failed')}
      {...(note ? { lead: `${told('receipt.failed-note')} ${reference}.` } : {})}
      middle={
        note ? (
          <NoteCode note={note} />
        ) : (
          <div className="told">
            <Notice tone="watch" title={reference}>
              <p>{told('receipt.failed-lead')}</p>
            </Notice>
          </div>
        )
      }
    >
      {paperPossible ? (
        <TwoDoors {...props} paper={say('receipt.again')} none={say('receipt.go-on')} />
      ) : (
        <GoOn {...props} />
      )}
    </ScreenFrame>
  );
}

function Unknown(props: ScreenProps<'receipt'>) {
  const { say } = useWords();
  const { note, paperPossible } = props.screen;
  const { reference } = usePaid(props);
  return (
    <ScreenFrame
      phase="unknown"
      canLeave={false}
      title={say('receipt.unknown')}
      lead={`${say('receipt.unknown-lead')} ${reference}.`}
      middle={
        note ? (
          <NoteCode note={note} />
        ) : (
          <DeviceDrawing name="receipt-slot" side={props.view.device.receiptSlotSide} />
        )
      }
    >
      {paperPossible ? (
        <TwoDoors {...props} paper={say('receipt.duplicate')} none={say('receipt.have-it')} />
      ) : (
        <GoOn {...props} />
      )}
    </ScreenFrame>
  );
}

function TwoDoors({ paper, none, ...props }: ScreenProps<'receipt'> & { paper: string; none: string }) {
  const { act } = props;
  return (
    <>
      <ContractCopy {...props} />
      <div className="doors">
        <Press
          kind="choice"
          testId="receipt-paper"
          className="door tall"
          onPress={() => act({ type: 'choose-receipt', receipt: 'paper' })}
        >
          {paper}
        </Press>
        <Press
          kind="choice"
          testId="receipt-none"
          className="door tall"
          onPress={() => act({ type: 'choose-receipt', receipt: 'none' })}
        >
          {none}
        </Press>
      </div>
    </>
  );
}

function GoOn(props: ScreenProps<'receipt'>) {
  const { act } = props;
  const { say } = useWords();
  return (
    <>
      <ContractCopy {...props} />
      <Press
        kind="primary"
        testId="receipt-none"
        onPress={() => act({ type: 'choose-receipt', receipt: 'none' })}
      >
        {say('common.continue')}
      </Press>
    </>
  );
}
