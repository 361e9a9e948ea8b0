import type { Random } from '@portillon/core/base/random.ts';
import { z } from 'zod';
import { DesfireSimCard } from '../card/desfire/desfire-sim-card.ts';
import { ForeignCard } from '../card/desfire/foreign-card.ts';
import { PlainBadge } from '../card/plain-badge.ts';
import type { SimCard } from '../card/sim-card.ts';

export type CardKind = 'club-card' | 'foreign-desfire' | 'uid-badge';

/** A piece of plastic of the virtual club: the chip, and what a person calls it. */
export interface PhysicalCard {
  readonly kind: CardKind;
  readonly label: string;
  readonly chip: SimCard;
}

const hex = z.string().regex(/^([0-9A-Fa-f]{2})*$/);

const uidSchema = z.string().regex(/^[0-9A-F]{8,20}$/);

const memorySchema = z.object({
  applications: z
    .array(
      z.object({
        aid: hex,
        keySettings: z.int(),
        keys: z.array(z.object({ key: hex, version: z.int() })),
        files: z.array(
          z.object({
            fileId: z.int(),
            travel: z.enum(['plain', 'maced', 'enciphered']).optional(),
            isMaced: z.boolean().optional(),
            accessRights: z.int(),
            hex,
          }),
        ),
      }),
    )
    .max(32),
  cardLevelLocked: z.boolean().optional(),
});

/** A card as the state file of a club keeps it, keys of the chip included. */
export const savedCardSchema = z.object({
  kind: z.enum(['club-card', 'foreign-desfire', 'uid-badge']),
  label: z.string(),
  uid: uidSchema,
  generation: z.enum(['ev1', 'ev2', 'ev3']).optional(),
  memory: memorySchema.optional(),
});
export type SavedCard = z.infer<typeof savedCardSchema>;

export function saveCard({ kind, label, chip }: PhysicalCard): SavedCard {
  if (!(chip instanceof DesfireSimCard)) return { kind, label, uid: chip.uid };
  const { uid, generation, memory } = chip.toJSON();
  return { kind, label, uid, generation, memory: structuredClone(memory) as SavedCard['memory'] };
}

export function restoreCard(
  { kind, label, uid, generation, memory }: SavedCard,
  random: Random,
): PhysicalCard {
  const chip = memory
    ? DesfireSimCard.fromJSON({ uid, generation, memory }, random)
    : new PlainBadge({ uid });
  return { kind, label, chip };
}

/** A card fresh from the factory. NXP chips have 7 bytes of number, the first of them 04h; cheap badges have 4. */
export function makeCard(kind: CardKind, label: string, random: Random): PhysicalCard {
  switch (kind) {
    case 'club-card':
      return { kind, label, chip: new DesfireSimCard({ uid: nxpNumber(random), random }) };
    case 'foreign-desfire':
      return { kind, label, chip: new ForeignCard({ uid: nxpNumber(random), random }) };
    case 'uid-badge':
      return { kind, label, chip: new PlainBadge({ uid: upperHex(random.bytes(4)) }) };
  }
}

function nxpNumber(random: Random): string {
  return `04${upperHex(random.bytes(6))}`;
}

function upperHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
