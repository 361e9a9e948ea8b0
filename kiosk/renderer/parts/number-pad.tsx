import { Delete } from 'lucide-react';
import { useWords } from '../words.ts';
import { Press } from './press.tsx';
import type { KeyStroke } from './typing.ts';

/** Digits in telephone order, as on the payment terminal; the 5 carries a dot. `corner` is the key left of 0. */
export function NumberPad({ corner, onKey }: { corner?: string; onKey(stroke: KeyStroke): void }) {
  const { say } = useWords();
  return (
    <fieldset className="number-pad" aria-label={say('keyboard.pad')}>
      {[...'123456789'].map((digit) => (
        <Press
          key={digit}
          kind="key"
          testId={`key-${digit}`}
          keepsFocus
          outOfTabOrder={digit !== '1'}
          className={digit === '5' ? 'key-five' : undefined}
          onPress={() => onKey({ kind: 'text', text: digit })}
        >
          {digit}
        </Press>
      ))}
      {corner === undefined ? (
        <span />
      ) : (
        <Press
          kind="key"
          testId={`key-${corner}`}
          keepsFocus
          outOfTabOrder
          onPress={() => onKey({ kind: 'text', text: corner })}
        >
          {corner}
        </Press>
      )}
      <Press
        kind="key"
        testId="key-0"
        keepsFocus
        outOfTabOrder
        onPress={() => onKey({ kind: 'text', text: '0' })}
      >
        0
      </Press>
      <Press
        kind="key"
        testId="key-erase"
        keepsFocus
        outOfTabOrder
        label={say('keyboard.erase')}
        onPress={() => onKey({ kind: 'erase' })}
      >
        <Delete aria-hidden="true" className="icon" />
      </Press>
    </fieldset>
  );
}
