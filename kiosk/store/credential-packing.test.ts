import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { feedRecordSchema } from '@portillon/core/wire/messages.ts';
import { describe, expect, it } from 'vitest';
import { CredentialPacking } from './credential-packing.ts';
import { IdNumbers } from './id-numbers.ts';
import { sampleCredential, sampleId } from './test/sample-records.ts';

const packing = new CredentialPacking(new IdNumbers());
const account = {
  membershipId: sampleId(5),
  planId: sampleId(20),
  planFrom: '2026-11-01T00:00:00.000Z',
  validTo: null,
  status: 'active' as const,
  debts: [],
};
const debt = {
  debtId: sampleId(6),
  legalEntityId: sampleId(30),
  amountCents: 2_990,
  vatRate: 2_000,
  reason: 'unpaid-period' as const,
  since: '2026-10-01T00:00:00.000Z',
};
const end = '2027-02-01T10:20:30.456Z';

/** What comes up in a network, and what the wire allows beside it. */
const usual: Record<string, Partial<CredentialRecord>> = {
  'a card': {},
  'a card of nobody': { memberId: null },
  'a card with an end': { validTo: end },
  'a card with an account': { account },
  'an account that ends as the card does': { validTo: end, account: { ...account, validTo: end } },
  'an account that ends later': {
    validTo: end,
    account: { ...account, validTo: '2027-03-01T00:00:00.000Z' },
  },
  'an account with another plan to come': {
    account: { ...account, planId: sampleId(21), planFrom: '2026-12-01T00:00:00.000Z', status: 'cancelled' },
  },
  'a member who owes something': { account: { ...account, debts: [debt, { ...debt, debtId: sampleId(7) }] } },
  'somebody who works here': { standing: { staff: true }, language: 'pt' },
  'a minor': { standing: { company: { kind: 'guardian', memberIds: [sampleId(8), sampleId(9)] } } },
  'a member on hold': { account, standing: { suspendedUntil: end }, language: 'fr' },
  'a pass': { kind: 'pass', cardUid: null, publicKey: `${'A'.repeat(42)}E`, status: 'blocked' },
  'an old code': { kind: 'pass', cardUid: null, codeHash: 'ab'.repeat(32) },
  'an old badge': { uidOnly: true, cardUid: '04A1B2C3' },
  'a ticket': { kind: 'ticket', cardUid: null, singleUse: true, status: 'spent', validTo: end },
};
const unusual: Record<string, Partial<CredentialRecord>> = {
  'a time without milliseconds': { validFrom: '2026-11-01T00:00:00Z' },
  'a time before 1970': { validFrom: '1961-11-01T00:00:00.000Z' },
  'the year 9999': { validTo: '9999-12-31T23:59:59.999Z' },
  'an end of the account without milliseconds': { account: { ...account, validTo: '2027-01-01T00:00:00Z' } },
  'a chip in small letters': { cardUid: '04a1b2' },
  'a chip that is no hex at all': { cardUid: 'badge é 12' },
  'no chip, but an empty text': { cardUid: '' },
  'a key that other bytes would not give': { publicKey: `${'A'.repeat(42)}B` },
};
/** What no schema of today lets through, and the next one may. */
const unknown: Record<string, object> = {
  'a field that is not known': { colour: 'green' },
  'a field of the account that is not known': { account: { ...account, points: 7 } },
  'a kind that is not known': { kind: 'wristband' },
  'a language that is not known': { language: 'eu' },
  'ids that are none': { memberId: 'M-12', planId: 'P', homeClubId: '' },
};

describe('a packed credential', () => {
  it.each(Object.entries({ ...usual, ...unusual }))('comes back without loss: %s', (_what, over) => {
    const record = sampleCredential(over);
    expect(feedRecordSchema.safeParse({ kind: 'credential', id: sampleId(1), record }).success).toBe(true);
    expect(packing.unpack(packing.pack(record))).toEqual(record);
  });

  it.each(Object.entries(unknown))('comes back without loss: %s', (_what, over) => {
    const record = { ...sampleCredential(), ...over } as CredentialRecord;
    expect(packing.unpack(packing.pack(record))).toEqual(record);
  });

  it('takes less than eighty bytes with all that a member usually has', () => {
    const record = sampleCredential({ validTo: end, language: 'fr', account: { ...account, validTo: end } });
    expect(packing.pack(record).length).toBeLessThan(80);
  });

  it('is found by its keys in every form', () => {
    const keys = { memberId: sampleId(77), cardUid: '04FF', codeHash: 'cd'.repeat(32) } as const;
    for (const over of [{}, { validFrom: '2026-11-01T00:00:00Z' }]) {
      const packed = packing.pack(sampleCredential({ ...keys, ...over } as Partial<CredentialRecord>));
      const found = packing.keysOf(packed, 0);
      const texts = { member: keys.memberId, chip: keys.cardUid, code: keys.codeHash };
      for (const name of ['member', 'chip', 'code'] as const) {
        const place = found[name];
        expect(packed.subarray(place?.start, place?.end)).toEqual(packing.key(name, texts[name]));
      }
    }
  });
});
