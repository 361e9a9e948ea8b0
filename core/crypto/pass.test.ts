import fc from 'fast-check';
import QRCode from 'qrcode';
import { describe, expect, it } from 'vitest';
import type { NetworkId } from '../base/ids.ts';
import { fromBase45, toBase45 } from './base45.ts';
import { fromBase64url } from './base64url.ts';
import { issuerProblem } from './issuer-problem.ts';
import { readKeyRequest, readPass } from './pass.ts';
import { encodePassGrant, type PassGrantClaims, readPassGrant } from './pass-grant.ts';
import {
  keyRequestToSign,
  passCodeBytes,
  passCodeText,
  passGrantLength,
  passStepAt,
  passToSign,
} from './pass-layout.ts';
import { newSigningKeyPair, signBytes } from './signing-key.ts';
import entryVectors from './vectors/entry-claims.json' with { type: 'json' };
import vectors from './vectors/pass.json' with { type: 'json' };

const cases = vectors.passes.map((each) => ({
  ...each,
  claims: each.claims as unknown as PassGrantClaims,
}));
const [sample] = cases;
if (!sample) throw new Error('the vectors hold no pass');
const { claims, grantText, passText, step } = sample;

const issuerKey = { publicKey: vectors.edge.publicKey, status: 'active' as const };
const reader = { networkId: claims.networkId, issuerKey };

/** What a gate that has never heard of the credential makes of a scanned text: null for "believed". */
function problemAtGate(scanned: string, at: Parameters<typeof issuerProblem>[1] = reader): string | null {
  const pass = readPass(scanned);
  return pass.ok ? issuerProblem(pass.value.grant, at) : pass.error;
}

/** As the phone does it. */
function shown(grant: Uint8Array, atStep = step, privateKey = vectors.phone.privateKey): string {
  const signed = passToSign(grant, atStep);
  return passCodeText('pass', signed, signBytes(privateKey, signed));
}

const grantBytes = encodePassGrant(claims, vectors.edge.privateKey);

describe.each(cases)('$title', ({ claims, grantText, passText, step }) => {
  it('[PS1] [PS2] is encoded as an independent implementation encodes it', () => {
    const grant = encodePassGrant(claims, vectors.edge.privateKey);
    expect(passCodeText('grant', grant)).toBe(grantText);
    expect(shown(grant, step)).toBe(passText);
  });

  it('[PS1] [PS5] reads back as it was stated, and is believed', () => {
    expect(readPass(passText)).toMatchObject({ ok: true, value: { step, grant: claims } });
    expect(problemAtGate(passText)).toBeNull();
  });

  it('[PS3] [PS4] is refused with any single bit turned over', () => {
    const bytes = fromBase45(passText.slice(4)) ?? new Uint8Array(0);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(problemAtGate(`PP1:${toBase45(flipped)}`), `bit ${bit}`).not.toBeNull();
    }
  });
});

it('[PS1] fits a QR code that a scanner reads off a phone: 57 modules, against 65 in base64url', () => {
  const modulesOf = (text: string) => QRCode.create(text, { errorCorrectionLevel: 'L' }).modules.size;
  expect(passText).toHaveLength(387);
  expect(modulesOf(passText)).toBe(57);
  expect(modulesOf(`PP1.${Buffer.alloc(255, 0xa5).toString('base64url')}`)).toBe(65);
});

it('[PS1] [PS4] is refused with any single character changed, cut short at any length, or longer', () => {
  for (let at = 0; at < passText.length; at++) {
    for (const other of ['A', '0', ' ', ':', 'a', 'é', '\n']) {
      if (passText[at] === other) continue;
      const changed = passText.slice(0, at) + other + passText.slice(at + 1);
      expect(problemAtGate(changed), `character ${at} as ${other}`).not.toBeNull();
    }
    expect(problemAtGate(passText.slice(0, at))).toBe(at < 4 ? 'not-a-pass' : 'truncated');
  }
  expect(problemAtGate(`${passText}0`)).toBe('malformed');
});

it.each([
  ['another code', 'https://example.org/?q=PP1:', 'not-a-pass'],
  ['nothing', '', 'not-a-pass'],
  ['a ticket', entryVectors.tickets[0]?.text ?? '', 'not-a-pass'],
  ['what a phone shows to a kiosk', vectors.keyRequestText, 'not-a-pass'],
  ['the grant without a phone', grantText, 'not-a-pass'],
  ['a later version', `PP2:${passText.slice(4)}`, 'unknown-version'],
  [
    'a later layout',
    `PP1:${toBase45(Uint8Array.from([2, ...(fromBase45(passText.slice(4)) ?? []).slice(1)]))}`,
    'unknown-version',
  ],
  ['four kilobytes', `PP1:${'0'.repeat(4_092)}`, 'malformed'],
])('[PS4] is refused as %s', (_, scanned, problem) => {
  expect(problemAtGate(scanned)).toBe(problem);
});

it('[PS3] is nobody’s when another phone signs for its grant', () => {
  expect(problemAtGate(shown(grantBytes, step, newSigningKeyPair().privateKey))).toBe(
    'not-the-phones-signature',
  );
});

it('[PS3] is nobody’s with the step of another moment under an old signature', () => {
  const bytes = Uint8Array.from(fromBase45(passText.slice(4)) ?? []);
  bytes.set(passToSign(grantBytes, step + 1).subarray(passGrantLength), passGrantLength);
  expect(problemAtGate(`PP1:${toBase45(bytes)}`)).toBe('not-the-phones-signature');
});

it('[PS5] is refused under a grant that its edge did not sign, that nobody vouches for, or of a revoked edge', () => {
  expect(problemAtGate(shown(encodePassGrant(claims, newSigningKeyPair().privateKey)))).toBe('bad-signature');
  expect(problemAtGate(passText, { ...reader, issuerKey: null })).toBe('unknown-issuer');
  const revoked = { ...issuerKey, status: 'revoked' as const };
  expect(problemAtGate(passText, { ...reader, issuerKey: revoked })).toBe('revoked-issuer');
});

it('[PS7] of another network is refused', () => {
  const networkId = '01932b6f-0000-7000-8000-000000000002' as NetworkId;
  expect(problemAtGate(passText, { ...reader, networkId })).toBe('wrong-network');
});

it('[PS2] is not made of the grant of a card or of a ticket, though the same edge signed it', () => {
  const card = Buffer.from(entryVectors.grants[0]?.hex ?? '', 'hex');
  const padded = new Uint8Array(passGrantLength);
  padded.set(card);
  expect(readPassGrant(padded)).toEqual({ ok: false, error: 'malformed' });
  expect(problemAtGate(shown(padded))).toBe('malformed');
});

it('[PS8] counts steps of fifteen seconds', () => {
  const startMs = Date.parse('2026-11-23T11:00:00.000Z');
  expect(passStepAt(startMs + 14_999)).toBe(passStepAt(startMs));
  expect(passStepAt(startMs + 15_000)).toBe(passStepAt(startMs) + 1);
});

describe('what phone and kiosk show each other', () => {
  const publicKey = fromBase64url(vectors.phone.publicKey);

  it('[PS12] asks with the key, as an independent implementation writes it', () => {
    const signed = keyRequestToSign(publicKey);
    expect(passCodeText('keyRequest', signed, signBytes(vectors.phone.privateKey, signed))).toBe(
      vectors.keyRequestText,
    );
    expect(readKeyRequest(vectors.keyRequestText)).toEqual({ ok: true, value: vectors.phone.publicKey });
  });

  it('[PS12] takes no key from a phone that does not hold its other half', () => {
    const signed = keyRequestToSign(publicKey);
    const borrowed = passCodeText('keyRequest', signed, signBytes(newSigningKeyPair().privateKey, signed));
    expect(readKeyRequest(borrowed)).toEqual({ ok: false, error: 'not-the-phones-signature' });
    expect(readKeyRequest(passText)).toEqual({ ok: false, error: 'not-a-pass' });
    expect(readKeyRequest(vectors.keyRequestText.slice(0, -3))).toEqual({ ok: false, error: 'truncated' });
  });

  it('[PS13] answers with the grant, which opens nothing by itself', () => {
    expect(passCodeBytes('grant', grantText)).toEqual(grantBytes);
    expect(readPass(grantText).ok).toBe(false);
  });
});

it('[PS4] survives any text without throwing, and believes none of it', () => {
  const noise = fc.oneof(
    fc.string({ maxLength: 500 }),
    fc.uint8Array({ minLength: 255, maxLength: 255 }).map((bytes) => `PP1:${toBase45(bytes)}`),
    fc.uint8Array({ minLength: 98, maxLength: 98 }).map((bytes) => `PK1:${toBase45(bytes)}`),
  );
  fc.assert(
    fc.property(noise, (scanned) => {
      expect(problemAtGate(scanned)).not.toBeNull();
      expect(readKeyRequest(scanned).ok).toBe(false);
    }),
  );
});
