import { ArrowBigUp, Delete } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../words.ts';
import { type Key, type KeyboardPage, type KeyboardPurpose, keyboardRows } from './keyboard-layout.ts';
import { Press } from './press.tsx';
import type { KeyStroke } from './typing.ts';

interface KeyboardProps {
  readonly purpose: KeyboardPurpose;
  /** The next letter starts a name: it is offered as a capital, and Shift turns that round. */
  readonly startOfName: boolean;
  onKey(stroke: KeyStroke): void;
}

export function Keyboard({ purpose, startOfName, onKey }: KeyboardProps) {
  const { say, language } = useWords();
  const [page, setPage] = useState<KeyboardPage>('letters');
  const [shifted, setShifted] = useState(false);
  const capitals = purpose === 'name' && shifted !== startOfName;
  const rows = keyboardRows(language, purpose, page, say('keyboard.domains').split(' '));

  function press(key: Key) {
    if (key.kind === 'text') {
      setShifted(false);
      onKey({ kind: 'text', text: capitals ? key.text.toLocaleUpperCase(language) : key.text });
      return;
    }
    if (key.action === 'erase') onKey({ kind: 'erase' });
    if (key.action === 'space') onKey({ kind: 'text', text: ' ' });
    if (key.action === 'shift') setShifted((was) => !was);
    if (key.action === 'accents' || key.action === 'letters') setPage(key.action);
  }

  return (
    <fieldset className="keyboard" aria-label={say('keyboard.label')}>
      {rows.map((row, rowIndex) => (
        <div className="keyboard-row" key={rowIdentity(row)}>
          {row.map((key, keyIndex) => (
            <Press
              key={keyIdentity(key)}
              kind="key"
              testId={`key-${keyIdentity(key)}`}
              columns={key.columns}
              keepsFocus
              outOfTabOrder={rowIndex !== 0 || keyIndex !== 0}
              selected={key.kind === 'action' && key.action === 'shift' ? capitals : undefined}
              label={
                key.kind === 'action' && (key.action === 'shift' || key.action === 'erase')
                  ? say(`keyboard.${key.action}`)
                  : undefined
              }
              onPress={() => press(key)}
            >
              <KeyFace keyOf={key} capitals={capitals} />
            </Press>
          ))}
        </div>
      ))}
    </fieldset>
  );
}

function KeyFace({ keyOf: key, capitals }: { keyOf: Key; capitals: boolean }) {
  const { say, language } = useWords();
  if (key.kind === 'text') {
    const chip = key.text.length > 1;
    return (
      <span className={chip ? 'key-chip' : undefined}>
        {capitals ? key.text.toLocaleUpperCase(language) : key.text}
      </span>
    );
  }
  if (key.action === 'shift') return <ArrowBigUp aria-hidden="true" className="icon" />;
  if (key.action === 'erase') return <Delete aria-hidden="true" className="icon" />;
  return <span className="key-chip">{say(`keyboard.${key.action}`)}</span>;
}

function keyIdentity(key: Key): string {
  return key.kind === 'text' ? key.text : key.action;
}

function rowIdentity(row: readonly Key[]): string {
  return row.map(keyIdentity).join('');
}
