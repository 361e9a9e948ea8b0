import { useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { type KeyStroke, type Typed, typeKey } from './typing.ts';

export interface DraftField<Name extends string> {
  readonly name: Name;
  readonly maxLength: number;
  /** Brings what is typed into the form of the field, caret included. */
  readonly shape?: (typed: Typed) => Typed;
}

export interface Draft<Name extends string> {
  readonly values: Readonly<Record<Name, string>>;
  readonly active: Name;
  /** `caret` is where the field's own caret stands. */
  set(name: Name, text: string, caret: number): void;
  activate(name: Name): void;
  /** A key of the on-screen keyboard, at the caret of the active field. */
  key(stroke: KeyStroke): void;
  inputRef(name: Name): (element: HTMLInputElement | null) => void;
}

/**
 * The draft of what is being typed: the only thing a screen remembers. It lives in the screen's component and goes
 * with it, when the visit or the screen changes (I8). `focusOn` is the field that gets the focus, null for none.
 */
export function useDraft<Name extends string>(
  fields: readonly [DraftField<Name>, ...DraftField<Name>[]],
  initial: Readonly<Record<Name, string>>,
  focusOn: Name | null,
): Draft<Name> {
  const [values, setValues] = useState(initial);
  const [active, setActive] = useState<Name>(focusOn ?? fields[0].name);
  const [caret, setCaret] = useState<{ name: Name; at: number } | null>(null);
  const inputs = useRef(new Map<Name, HTMLInputElement>());

  useLayoutEffect(() => {
    if (focusOn !== null) inputs.current.get(focusOn)?.focus();
  }, [focusOn]);

  useLayoutEffect(() => {
    if (caret !== null) inputs.current.get(caret.name)?.setSelectionRange(caret.at, caret.at);
  }, [caret]);

  return {
    values,
    active,
    set(name, text, at) {
      const shape = fields.find((field) => field.name === name)?.shape;
      const shaped = shape?.({ text, caret: at });
      setValues((was) => ({ ...was, [name]: shaped?.text ?? text }));
      if (shaped) setCaret({ name, at: shaped.caret });
    },
    activate: setActive,
    key(stroke) {
      const { maxLength = 0, shape } = fields.find((field) => field.name === active) ?? {};
      const text = values[active];
      const input = inputs.current.get(active);
      const start = input?.selectionStart ?? text.length;
      const end = input?.selectionEnd ?? text.length;
      const plain = typeKey(text, start, end, stroke, maxLength);
      const typed = shape?.(plain) ?? plain;
      // At once, so that the next key finds the text and the caret of this one, however fast somebody types.
      flushSync(() => {
        setValues((was) => ({ ...was, [active]: typed.text }));
        setCaret({ name: active, at: typed.caret });
      });
    },
    inputRef: (name) => (element) => {
      if (element === null) inputs.current.delete(name);
      else inputs.current.set(name, element);
    },
  };
}
