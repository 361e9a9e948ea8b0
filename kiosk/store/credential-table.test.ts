import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import type { CredentialId } from '@portillon/core/base/ids.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CredentialPacking } from './credential-packing.ts';
import { CredentialTable, type KnownCredential } from './credential-table.ts';
import { IdNumbers } from './id-numbers.ts';
import { OffsetIndex } from './offset-index.ts';
import { sampleCredential, sampleId } from './test/sample-records.ts';

const newTable = () => new CredentialTable(new CredentialPacking(new IdNumbers()));

/** The same in the plainest way: a map, and a look at every entry. */
class PlainTable {
  readonly #records = new Map<string, CredentialRecord>();
  get size() {
    return this.#records.size;
  }
  get(id: string) {
    return this.#records.get(id) ?? null;
  }
  set(id: string, record: CredentialRecord) {
    this.#records.set(id, record);
  }
  delete(id: string) {
    this.#records.delete(id);
  }
  where(is: (record: CredentialRecord) => boolean): KnownCredential[] {
    return [...this.#records]
      .filter(([, record]) => is(record))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([id, record]) => ({ credentialId: id as CredentialId, record }));
  }
  best(is: (record: CredentialRecord) => boolean): KnownCredential | null {
    const found = this.where(is);
    return found.filter(({ record }) => record.status === 'active').at(-1) ?? found.at(-1) ?? null;
  }
}

/** Few of each, so that they meet. */
const ids = Array.from({ length: 24 }, (_, number) => sampleId<'credential'>(number));
const chips = [null, '04A1', '04A2', '04a2', 'odd'];
const codes = [undefined, 'aa'.repeat(32), 'bb'.repeat(32)];
const members = [null, sampleId(900), sampleId(901)];

const record = fc.record({
  cardUid: fc.constantFrom(...chips),
  codeHash: fc.constantFrom(...codes),
  memberId: fc.constantFrom(...members),
  status: fc.constantFrom('active' as const, 'blocked' as const, 'spent' as const),
  validTo: fc.constantFrom(null, '2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00Z'),
  planId: fc.constantFrom(sampleId(20), sampleId(21)),
  standing: fc.constantFrom(undefined, { staff: true as const }),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ id: fc.constantFrom(...ids), record }) },
  { weight: 1, arbitrary: fc.record({ id: fc.constantFrom(...ids), record: fc.constant(null) }) },
);

describe('the table of credentials', () => {
  it('answers as a plain map does, whatever is put in, changed and taken out', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = newTable();
        const plain = new PlainTable();
        for (const { id, record: over } of steps) {
          if (over === null) {
            table.delete(id);
            plain.delete(id);
            continue;
          }
          const { codeHash, standing, ...fields } = over;
          const whole = sampleCredential({
            ...fields,
            ...(codeHash === undefined ? {} : { codeHash }),
            ...(standing === undefined ? {} : { standing }),
          });
          table.set(id, whole);
          plain.set(id, whole);
        }
        expect(table.size).toBe(plain.size);
        for (const id of ids) expect(table.get(id)).toEqual(plain.get(id));
        for (const chip of chips) {
          if (chip !== null)
            expect(table.byChip(chip)).toEqual(plain.best(({ cardUid }) => cardUid === chip));
        }
        for (const code of codes) {
          if (code) expect(table.byCode(code)).toEqual(plain.best(({ codeHash }) => codeHash === code));
        }
        for (const member of members) {
          if (member)
            expect(table.ofMember(member)).toEqual(plain.where(({ memberId }) => memberId === member));
        }
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('finds each of six thousand, and gives the memory of what has changed back', () => {
    const count = 6_000;
    const random = new SeededRandom(3);
    const hex = (bytes: number) => Buffer.from(random.bytes(bytes)).toString('hex');
    const all = Array.from({ length: count }, () => {
      const digits = hex(16);
      const id = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-7${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
      return { id, chip: hex(7).toUpperCase(), member: id.replace(/^./, '0') };
    });
    const table = newTable();
    const put = (validTo: string | null) => {
      for (const { id, chip, member } of all)
        table.set(id, sampleCredential({ cardUid: chip, memberId: member, validTo }));
    };
    put(null);
    const filledBytes = table.byteLength;
    // Each shard holds a piece that is not full.
    expect(filledBytes - 64 * 65_536).toBeLessThan(count * 120);
    for (let round = 0; round < 2; round++) put(round % 2 === 0 ? '2027-01-01T00:00:00.000Z' : null);
    expect(table.byteLength).toBeLessThan(filledBytes * 2);
    expect(table.size).toBe(count);
    for (const { id, chip, member } of all.filter((_, index) => index % 5 === 0)) {
      expect(table.get(id)?.cardUid).toBe(chip);
      expect(table.byChip(chip)?.credentialId).toBe(id);
      expect(table.ofMember(member).map(({ credentialId }) => credentialId)).toContain(id);
    }
    for (const { id } of all) table.delete(id);
    expect(table.size).toBe(0);
    expect(table.byteLength).toBeLessThanOrEqual(filledBytes);
    expect(table.byChip(all[0]?.chip ?? '')).toBeNull();
  });

  it('keeps a record that is larger than a piece of its memory', () => {
    const table = newTable();
    const large = sampleCredential({ cardUid: 'x'.repeat(100_000) });
    for (const id of ids) table.set(id, large);
    for (const id of ids.slice(1)) table.set(id, sampleCredential());
    expect(table.get(ids[0] ?? '')).toEqual(large);
    expect(table.get(ids[5] ?? '')).toEqual(sampleCredential());
    expect(table.byChip('x'.repeat(100_000))?.credentialId).toBe(ids[0]);
  });

  it('knows nothing by what is no id', () => {
    expect(newTable().get('somebody')).toBeNull();
    expect(() => newTable().set('somebody', sampleCredential())).toThrow('a credential has a UUID');
  });
});

describe('the index', () => {
  it('keeps several offsets under one hash, and ends every search', () => {
    const index = new OffsetIndex();
    const all = Array.from({ length: 40 }, (_, offset) => offset);
    for (const offset of all) index.add(7, offset, () => 7);
    const found: number[] = [];
    index.find(7, (offset) => {
      found.push(offset);
      return false;
    });
    expect(found.sort((one, other) => one - other)).toEqual(all);
    for (const offset of all) index.remove(7, offset);
    for (let turn = 0; turn < 1_000; turn++) {
      index.add(turn, 3, () => turn);
      index.remove(turn, 3);
    }
    index.remove(7, 99);
    expect([index.size, index.find(7, () => true)]).toEqual([0, -1]);
    expect([...index.offsets()]).toEqual([]);
  });
});
