import type { StatusName } from '@portillon/ui/tokens.ts';
import type { GateSignShown } from '../bridge/gate-screen-view.ts';

export type SignOnPage = GateSignShown['name'] | 'gone';

/** Outline of the drawing; with the mark inside it tells the outcomes apart without their colours (GS11). */
export type SignShape =
  | 'bars'
  | 'arrows'
  | 'rounded-square'
  | 'hourglass'
  | 'triangle'
  | 'circle'
  | 'lock'
  | 'dashed-circle'
  | 'door'
  | 'dashed-square';
export type SignTone = StatusName | 'brand';
export type SignSound = 'yes' | 'no' | 'attention' | null;

export interface SignLook {
  readonly tone: SignTone;
  readonly shape: SignShape;
  readonly sound: SignSound;
}

const looks: Partial<Readonly<Record<SignOnPage, SignLook>>> = {
  idle: { tone: 'brand', shape: 'bars', sound: null },
  granted: { tone: 'done', shape: 'rounded-square', sound: 'yes' },
  'held-open': { tone: 'info', shape: 'arrows', sound: null },
  goodbye: { tone: 'done', shape: 'rounded-square', sound: 'yes' },
  wait: { tone: 'watch', shape: 'hourglass', sound: 'attention' },
  again: { tone: 'watch', shape: 'triangle', sound: 'attention' },
  'not-released': { tone: 'watch', shape: 'triangle', sound: 'no' },
  locked: { tone: 'offline', shape: 'lock', sound: null },
  'out-of-order': { tone: 'offline', shape: 'dashed-circle', sound: null },
  emergency: { tone: 'watch', shape: 'door', sound: null },
  gone: { tone: 'offline', shape: 'dashed-square', sound: null },
};

/** Every refusal looks and sounds the same: what it is about stands in words. */
const refused: SignLook = { tone: 'stop', shape: 'circle', sound: 'no' };

export function lookOf(sign: SignOnPage): SignLook {
  return looks[sign] ?? refused;
}
