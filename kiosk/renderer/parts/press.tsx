import type { ReactNode } from 'react';
import { useRef } from 'react';
import { Button } from 'react-aria-components';
import { useShell } from '../shell.ts';

/** The same control pressed twice in a row within this time counts once (tremor; EN 301 549, 5.8). */
const doubleStrikeMs = 150;

export interface PressProps {
  readonly children: ReactNode;
  onPress(): void;
  readonly testId: string;
  readonly kind?: 'primary' | 'plain' | 'choice' | 'key' | 'quiet';
  /** For choices: whether this one is taken. */
  readonly selected?: boolean;
  readonly label?: string;
  readonly className?: string;
  /** A key of a keyboard leaves the caret where it is and is reached by arrows, not by Tab. */
  readonly keepsFocus?: boolean;
  readonly outOfTabOrder?: boolean;
  readonly columns?: number;
}

/**
 * The one button of the kiosk. Acts on release, cancels when the finger slides off, shows the press at once. Its hit
 * area reaches 3 mm lower than its drawing, since fingers land low.
 */
export function Press(props: PressProps) {
  const { clock, lastPress } = useShell();
  const self = useRef({});
  const kind = props.kind ?? 'plain';
  return (
    <Button
      className={`press press-${kind} ${props.className ?? ''}`}
      data-testid={props.testId}
      data-press={kind}
      aria-pressed={props.selected}
      aria-label={props.label}
      preventFocusOnPress={props.keepsFocus ?? false}
      excludeFromTabOrder={props.outOfTabOrder ?? false}
      style={props.columns === undefined ? undefined : { gridColumn: `span ${props.columns}` }}
      onPress={() => {
        const atMs = clock.monotonicMs();
        const { control, atMs: beforeMs } = lastPress.current;
        if (control === self.current && atMs - beforeMs < doubleStrikeMs) return;
        lastPress.current = { control: self.current, atMs };
        props.onPress();
      }}
    >
      {props.children}
    </Button>
  );
}
