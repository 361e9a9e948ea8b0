import type { CardView, DeviceKind } from '../club-view.ts';

/** The words of the panel, in one place. */

export const deviceNames: Readonly<Record<DeviceKind, string>> = {
  terminal: 'Payment terminal',
  dispenser: 'Card dispenser',
  printer: 'Receipt printer',
  'kiosk-reader': 'Kiosk’s card reader',
  board: 'Turnstile',
  reader: 'Card reader',
  'badge-reader': 'Badge reader',
  scanner: 'Code scanner',
  network: 'Network',
};

export const cardKinds: Readonly<Record<CardView['kind'], string>> = {
  'club-card': 'DESFire card of this club',
  'foreign-desfire': 'DESFire card, keys of somebody else',
  'uid-badge': 'Badge with a number and nothing else',
};

export function seconds(ms: number): string {
  return `${Math.max(0, ms / 1000).toFixed(1)} s`;
}
