import type { Clock } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { newSigningKeyPair } from '@portillon/core/crypto/signing-key.ts';
import { noAnswers } from '@portillon/core/sale/answers.ts';
import { linesToday, type Plan } from '@portillon/core/sale/pricing.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { EdgeStore } from '../../../store/edge-store.ts';
import type { FiscalJournal } from '../../../store/fiscal-journal.ts';
import { drawUpDayEntry } from '../draw-up-day-entry.ts';
import { type NewSaleFacts, newSale } from '../new-sale.ts';
import type { CardMembershipSale, DayEntrySale } from '../sale-in-progress.ts';

interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
}

const sampleTill = {
  est: '12345678200028',
  till: 'kiosk-1',
  timeZone: 'Europe/Paris',
  software: { version: '0.1.0', perimeter: '' },
};

export const samplePlan: Plan = {
  names: { fr: 'Essentiel', en: 'Essential' },
  descriptions: { fr: '', en: '' },
  commitments: { fr: '', en: '' },
  monthlyCents: 2_990,
  joiningFeeCents: 2_500,
  vatRate: 2_000,
  scope: 'network',
  hours: null,
  guestTickets: 0,
  soldAtKiosk: true,
  position: 1,
};

/** The fiscal journal of the sample till; rejects with why it cannot be opened. */
export async function sampleJournal(store: EdgeStore): Promise<FiscalJournal> {
  const opened = await store.openJournal(sampleTill);
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  return opened.value;
}

/** An edge that was enrolled somewhere. */
export function sampleIdentity({ clock, random }: Surroundings): EdgeIdentity {
  const keys = newSigningKeyPair();
  return {
    edgeId: newId(clock, random),
    networkId: newId(clock, random),
    clubId: newId(clock, random),
    networkKey: newSigningKeyPair().publicKey,
    sealKey: newSigningKeyPair().publicKey,
    cardKey: { version: 1, key: Buffer.from(random.bytes(16)).toString('base64url') },
    epoch: 1,
    privateKey: keys.privateKey,
  };
}

/** A membership that has just been signed for, with its sealed documents in the store. */
export async function sampleSale(
  store: EdgeStore,
  { clock, random }: Surroundings,
  changes: Partial<CardMembershipSale> = {},
): Promise<CardMembershipSale> {
  const id = <Kind extends string>() => newId<Kind>(clock, random);
  const saleId = id<'sale'>();
  const planId = id<'plan'>();
  const sealed = (what: string) => {
    const text = `sealed ${what} of ${saleId}`;
    return { bytes: Buffer.from(text), digest: sha256Hex(text) };
  };
  const [person, contract] = [sealed('person'), sealed('contract')];
  await store.write(async (tx) => {
    await store.attachments.putAttachment(tx, person.digest, person.bytes, null);
    await store.attachments.putAttachment(tx, contract.digest, contract.bytes, null);
  });
  const lines = linesToday(planId, samplePlan, 'fr', 'FR');
  const shape = { goods: 'card', money: 'in' } as const;
  const memberId = id<'member'>();
  const agreedAtMs = clock.wallMs();
  return {
    ...newSale(sampleFacts({ clock, random }), { shape, lines, agreedAtMs }),
    saleId,
    product: 'membership',
    lineWords: lines.map(({ label }) => ({ fr: label, en: label })),
    answers: { ...noAnswers, familyName: 'Essai' },
    memberId,
    membershipId: id(),
    planId,
    card: {
      credentialId: id(),
      cardUid: null,
      memberId,
      planId,
      planScope: 'network',
      validFromMs: agreedAtMs,
      validToMs: null,
    },
    tickets: [],
    personDigest: person.digest,
    photoDigest: null,
    contractDigest: contract.digest,
    contract: null,
    ...changes,
  };
}

/** A day entry that has just been chosen. */
export function sampleDayEntry(store: EdgeStore, around: Surroundings): Promise<DayEntrySale> {
  const plan = { ...samplePlan, soldAtKiosk: false, dayEntry: { priceCents: 1_200 } };
  const planId = newId<'plan'>(around.clock, around.random);
  return drawUpDayEntry({ ...sampleFacts(around), planId, plan }, store);
}

/** Where a sale begins that nobody has asked for yet. */
export function sampleFacts({ clock, random }: Surroundings): NewSaleFacts {
  return {
    visitId: newId(clock, random),
    language: 'fr',
    club: {
      name: 'Lyon',
      legalEntity: {
        id: newId(clock, random),
        name: 'Exploitation Lyon SAS',
        address: '1 rue de l’Exemple, 69000 Lyon',
        siret: '12345678200028',
        vatNumber: 'FR32123456782',
      },
      timeZone: sampleTill.timeZone,
      capacity: 100,
      hours: {},
      staffPhone: null,
      mediator: '',
    },
    identity: sampleIdentity({ clock, random }),
    practice: null,
    clock,
    random,
  };
}
