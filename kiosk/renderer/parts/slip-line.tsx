import type { ScreenOf } from '../screen-props.ts';
import { useShell } from '../shell.ts';
import { useWords } from '../words.ts';
import { Notice } from './notice.tsx';

/** Tells of the paper that comes out without being asked for. Nothing where there is none. */
export function SlipLine({ slip }: { slip: ScreenOf<'trouble'>['slip'] }) {
  const { say } = useWords();
  const { view } = useShell();
  if (slip !== 'printing' && slip !== 'printed') return null;
  return (
    <Notice tone="info" testId="slip">
      <p>{slip === 'printing' ? say('slip.printing') : say(`slip.printed.${view.device.receiptSlotSide}`)}</p>
    </Notice>
  );
}
