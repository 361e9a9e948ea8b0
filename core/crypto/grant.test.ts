import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetworkId } from '../base/ids.ts';
import { encodeGrant, type GrantClaims, grantLength, grantProblem, readGrant } from './grant.ts';
import { newSigningKeyPair } from './signing-key.ts';
import vectors from './vectors/entry-claims.json' with { type: 'json' };

const cases = vectors.grants.map(({ title, claims, hex }) => ({
  title,
  claims: { ...claims, cardUid: fromHex(claims.cardUid) } as unknown as GrantClaims,
  bytes: fromHex(hex),
}));
const [sample] = cases;
if (!sample) throw new Error('the vectors hold no grant');
const { claims, bytes } = sample;

const reader = {
  networkId: claims.networkId,
  cardUid: claims.cardUid,
  issuerKey: { publicKey: vectors.publicKey, status: 'active' as const },
};

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** What a gate makes of these bytes: null for "believed". */
function problemAtGate(read: Uint8Array, at = reader): string | null {
  const grant = readGrant(read);
  return grant.ok ? grantProblem(grant.value, at) : grant.error;
}

describe.each(cases)('$title', ({ claims, bytes }) => {
  it('is encoded as an independent implementation encodes it', () => {
    expect(encodeGrant(claims, vectors.privateKey)).toEqual(bytes);
  });

  it('reads back as it was stated, and is believed', () => {
    expect(readGrant(bytes)).toMatchObject({ ok: true, value: claims });
    expect(problemAtGate(bytes, { ...reader, cardUid: claims.cardUid })).toBeNull();
  });

  it('is refused with any single bit turned over', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(problemAtGate(flipped, { ...reader, cardUid: claims.cardUid }), `bit ${bit}`).not.toBeNull();
    }
  });
});

it('fits the file of a card', () => {
  expect(bytes).toHaveLength(grantLength);
  expect(grantLength).toBeLessThanOrEqual(230);
});

it('is refused cut short at any length', () => {
  for (let length = 0; length < grantLength; length++) {
    expect(problemAtGate(bytes.subarray(0, length)), `${length} bytes`).toBe('truncated');
  }
});

it('is refused with anything after its end', () => {
  expect(problemAtGate(Uint8Array.from([...bytes, 0]))).toBe('malformed');
});

it('is refused in a version that this program does not know', () => {
  expect(problemAtGate(Uint8Array.from([2, ...bytes.subarray(1)]))).toBe('unknown-version');
});

it('of another network is refused', () => {
  const networkId = '01932b6f-0000-7000-8000-000000000002' as NetworkId;
  expect(problemAtGate(bytes, { ...reader, networkId })).toBe('wrong-network');
});

it('copied onto another chip is refused', () => {
  expect(problemAtGate(bytes, { ...reader, cardUid: fromHex('04a1b2c3d4e5f7') })).toBe('wrong-chip');
  expect(problemAtGate(bytes, { ...reader, cardUid: fromHex('04a1b2c3') })).toBe('wrong-chip');
});

it('of an edge that nobody vouches for is refused', () => {
  const grant = readGrant(bytes);
  expect(grant.ok && grantProblem(grant.value, { ...reader, issuerKey: null })).toBe('unknown-issuer');
});

it('of a revoked edge is refused', () => {
  const issuerKey = { publicKey: vectors.publicKey, status: 'revoked' as const };
  const grant = readGrant(bytes);
  expect(grant.ok && grantProblem(grant.value, { ...reader, issuerKey })).toBe('revoked-issuer');
});

it('signed by another key is refused', () => {
  expect(problemAtGate(encodeGrant(claims, newSigningKeyPair().privateKey))).toBe('bad-signature');
});

it('survives any bytes without throwing, and believes none of them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 240 }), (noise) => {
      expect(problemAtGate(noise)).not.toBeNull();
    }),
  );
});

it('reads back any times and scope, rounded down to the second', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.option(fc.integer({ min: 1, max: 0xffff_ffff })),
      fc.constantFrom('network' as const, 'home' as const),
      fc.constantFrom(4, 7, 10).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
      (from, to, scope, cardUid) => {
        const stated = {
          ...claims,
          scope,
          cardUid,
          validFromMs: from * 1_000 + 999,
          validToMs: to === null ? null : to * 1_000 + 1,
        };
        expect(readGrant(encodeGrant(stated, vectors.privateKey))).toMatchObject({
          ok: true,
          value: { scope, cardUid, validFromMs: from * 1_000, validToMs: to === null ? null : to * 1_000 },
        });
      },
    ),
    { numRuns: 50 },
  );
});

it.each([
  ['a time before 1970', { validFromMs: -1 }],
  ['a time after 2106', { validFromMs: 2 ** 32 * 1_000 }],
  ['an end that would read as open', { validToMs: 999 }],
  ['a chip number of five bytes', { cardUid: new Uint8Array(5) }],
])('is never made with %s', (_, over) => {
  expect(() => encodeGrant({ ...claims, ...over }, vectors.privateKey)).toThrow();
});
