import type { AccessReason } from '../wire/event.ts';

/** What a gate may say about itself, or of a passage that was granted. */
export const gateSigns = [
  'granted',
  /** At the exit, where somebody is asked. */
  'goodbye',
  /** Let in, and somebody else is still on the way through: it opens for them next. */
  'wait',
  /** Let in, and somebody waits already. */
  'again',
  /** Let in, and the gate does not do it. */
  'not-released',
  'held-open',
  'locked',
  'out-of-order',
  /** The fire panel has opened the doors by its own wires. */
  'emergency',
] as const;

/**
 * What a gate says of a refusal where others can read it. Reasons that tell of the person's money, pause or standing have no
 * notice of their own: several of them share one, so that it does not tell which (GS2).
 */
export const publicNotices = [
  'unknown',
  'code-retired',
  'code-out-of-time',
  'code-used',
  'not-started',
  'wrong-club',
  'club-closed',
  'closed-hours',
  'ticket-spent',
  'guardian-missing',
  'member-missing',
  'already-inside',
  'full-house',
  'see-kiosk',
  'see-desk',
] as const;

type PublicNotice = (typeof publicNotices)[number];
type GateSign = (typeof gateSigns)[number];

/** Everything that a reader or a screen beside a gate can be told to say. */
export type SignName = GateSign | PublicNotice;

/** What was decided, and what becomes of a grant. */
export type Told = AccessReason | 'granted' | 'wait' | 'again' | 'not-released';

const signs: Readonly<Record<Told, SignName>> = {
  granted: 'granted',
  wait: 'wait',
  again: 'again',
  'not-released': 'not-released',
  unknown: 'unknown',
  'code-retired': 'code-retired',
  'code-out-of-time': 'code-out-of-time',
  'code-used': 'code-used',
  // The kiosk shows them what it is, and settles it.
  expired: 'see-kiosk',
  debt: 'see-kiosk',
  // Staff alone can help.
  blocked: 'see-desk',
  suspended: 'see-desk',
  'data-too-old': 'see-desk',
  'not-started': 'not-started',
  'wrong-club': 'wrong-club',
  'club-closed': 'club-closed',
  'closed-hours': 'closed-hours',
  'ticket-spent': 'ticket-spent',
  'guardian-missing': 'guardian-missing',
  'member-missing': 'member-missing',
  'gate-locked': 'locked',
  'already-inside': 'already-inside',
  'full-house': 'full-house',
};

/** What may be said of it in public. */
export function signOf(told: Told): SignName {
  return signs[told];
}
