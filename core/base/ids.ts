import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

declare const brand: unique symbol;
/** A string that only the right maker can make: a member's id cannot be passed for a card's. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type NetworkId = Id<'network'>;
export type ClubId = Id<'club'>;
export type EdgeId = Id<'edge'>;
export type GateId = Id<'gate'>;
export type LegalEntityId = Id<'legal-entity'>;
export type MemberId = Id<'member'>;
export type MembershipId = Id<'membership'>;
export type PlanId = Id<'plan'>;
export type CredentialId = Id<'credential'>;
export type SaleId = Id<'sale'>;
export type PassageId = Id<'passage'>;
export type EventId = Id<'event'>;
export type CaseId = Id<'case'>;
export type OrderId = Id<'order'>;

/**
 * A time-ordered UUID (version 7, RFC 9562 §5.7), made where the thing happens: a member sold to offline needs no
 * number from the centre.
 */
export function newId<Kind extends string>(clock: Clock, random: Random): Id<Kind> {
  const bytes = new Uint8Array(16);
  let timeMs = clock.wallMs();
  for (let index = 5; index >= 0; index--) {
    bytes[index] = timeMs % 256;
    timeMs = Math.floor(timeMs / 256);
  }
  bytes.set(random.bytes(10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    '-',
  ) as Id<Kind>;
}

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isId(text: string): boolean {
  return uuidShape.test(text);
}

/** The 16 bytes of an id, for the fixed layouts on card and in QR. */
export function idBytes(id: Id<string>): Uint8Array {
  return Uint8Array.from(Buffer.from(id.replaceAll('-', ''), 'hex'));
}

/** The id in 16 bytes. */
export function idFromBytes<Kind extends string>(bytes: Uint8Array): Id<Kind> {
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id<Kind>;
}
