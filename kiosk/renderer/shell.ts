import type { Clock } from '@portillon/ui/browser-clock.ts';
import { createContext, useContext } from 'react';
import type { KioskView } from '../bridge/view.ts';
import type { Act } from './screen-props.ts';

/** What surrounds every screen: the utility row asks it to change language or to open a card over the screen. */
export interface Shell {
  readonly view: KioskView;
  readonly act: Act;
  readonly clock: Clock;
  /** The control that was pressed last, whichever it was: a double strike is the same one twice with nothing between. */
  readonly lastPress: { current: { readonly control: object | null; readonly atMs: number } };
  openCard(card: 'call-staff' | 'leave'): void;
}

export const ShellContext = createContext<Shell | null>(null);

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (shell === null) throw new Error('a screen is shown inside a shell');
  return shell;
}
