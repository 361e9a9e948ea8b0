import type { OrderRecord } from '../wire/messages.ts';

/** Why a code is not carried out here and now. */
export type OrderRefusal =
  | 'unknown'
  /** It was given for a kiosk of another club. */
  | 'other-club'
  /** Another kiosk of this club carries it out. */
  | 'other-kiosk'
  | 'expired'
  | 'used'
  | 'cancelled'
  /** Nobody here knows it, and the base, which may, cannot be asked now (W-ORDER-17). */
  | 'offline'
  /** This kiosk does not know how, or what it is about is not in its books. */
  | 'not-possible';

/** An order as the club that carries it out knows it. */
export type LocalOrder = Extract<OrderRecord, { place: 'here' }>;

/** What the box knows by itself that bears on an order. */
export interface OrderFacts {
  readonly nowMs: number;
  readonly edgeId: string;
  /** It was carried out here, or may have been (SA62, SA64). */
  readonly usedHere: boolean;
}

/** Whether an order may be carried out here; null when nothing stands against it (SA62). */
export function orderRefusal(record: OrderRecord | null, facts: OrderFacts): OrderRefusal | null {
  if (!record) return 'unknown';
  // The box knows best what it has done itself.
  if (facts.usedHere) return 'used';
  if (record.place === 'elsewhere') return 'other-club';
  if (record.status === 'cancelled') return 'cancelled';
  if (record.status !== 'open') return 'used';
  if (Date.parse(record.expiresAt) <= facts.nowMs) return 'expired';
  return record.edgeId === facts.edgeId ? null : 'other-kiosk';
}

/** A sale that money is given back for, by the books of the box that made it. */
export interface RefundedSale {
  readonly totalCents: number;
  /** It was undone at once: the money is back already. */
  readonly undone: boolean;
  /** What was given back by orders, or may have been. */
  readonly backCents: number;
}

/** SA63: whether this much is left to give back. Null stands for a sale that is not in these books. */
export function mayGiveBack(sale: RefundedSale | null, amountCents: number): boolean {
  return sale !== null && !sale.undone && amountCents > 0 && sale.backCents + amountCents <= sale.totalCents;
}

/** SA65. */
export const wrongCodeLimit = 5;
export const codePauseMs = 60_000;
