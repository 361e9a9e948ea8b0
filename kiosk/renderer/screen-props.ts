import type { ScreenMessage } from '../bridge/messages.ts';
import type { KioskView, Screen, ScreenName } from '../bridge/view.ts';

export type ScreenOf<Name extends ScreenName> = Extract<Screen, { name: Name }>;

/** Says one thing to the edge. A second one before the first is answered goes nowhere: one action per press. */
export type Act = (message: ScreenMessage) => void;

/** What every screen is given. A screen keeps nothing but the draft of what is being typed on it (I8). */
export interface ScreenProps<Name extends ScreenName> {
  readonly screen: ScreenOf<Name>;
  readonly view: KioskView;
  readonly act: Act;
}
