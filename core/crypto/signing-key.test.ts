import { expect, it } from 'vitest';
import { toBase64url } from './base64url.ts';
import { isSigningKey, newSigningKeyPair, signatureHolds, signBytes } from './signing-key.ts';

/** RFC 8032 §7.1, TEST 1 and TEST 2. */
const vectors = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
];

/** DER of a PKCS#8 Ed25519 key up to the seed (RFC 8410 §7). */
const pkcs8Prefix = '302e020100300506032b657004220420';

it.each(vectors)('signs message "$message" as RFC 8032 does', ({ seed, publicKey, message, signature }) => {
  const privateKey = Buffer.from(pkcs8Prefix + seed, 'hex').toString('base64url');
  const signed = signBytes(privateKey, Buffer.from(message, 'hex'));
  expect(Buffer.from(signed).toString('hex')).toBe(signature);
  const key = Buffer.from(publicKey, 'hex').toString('base64url');
  expect(signatureHolds(key, Buffer.from(message, 'hex'), signed)).toBe(true);
});

it('believes a signature for its own message and key only', () => {
  const pair = newSigningKeyPair();
  const signature = signBytes(pair.privateKey, 'hello');
  expect(signatureHolds(pair.publicKey, 'hello', signature)).toBe(true);
  expect(signatureHolds(pair.publicKey, 'hallo', signature)).toBe(false);
  expect(signatureHolds(newSigningKeyPair().publicKey, 'hello', signature)).toBe(false);
});

it('[W-ENROL-8] knows a key from bytes that are no point, and from the points of small order', () => {
  const ofHex = (hex: string) => isSigningKey(Buffer.from(hex, 'hex').toString('base64url'));
  for (const { publicKey } of vectors) expect(ofHex(publicKey)).toBe(true);
  for (let drawn = 0; drawn < 20; drawn++) expect(isSigningKey(newSigningKeyPair().publicKey)).toBe(true);
  // The eight points of small order: of order 1, 2, 4 (both) and 8 (four), then 0, 1 and −1 written another way.
  for (const weak of [
    `01${'00'.repeat(31)}`,
    `ec${'ff'.repeat(30)}7f`,
    '00'.repeat(32),
    `${'00'.repeat(31)}80`,
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
    `ec${'ff'.repeat(31)}`,
    `01${'00'.repeat(30)}80`,
  ])
    expect([weak, ofHex(weak)]).toEqual([weak, false]);
  // No point: 2 is the y of none.
  expect(ofHex(`02${'00'.repeat(31)}`)).toBe(false);
  const { publicKey } = newSigningKeyPair();
  const last = publicKey.slice(-1);
  const next = String.fromCharCode(last.charCodeAt(0) + 1);
  for (const bent of ['', 'A'.repeat(43), '_'.repeat(43), publicKey.slice(1), publicKey.slice(0, -1) + next])
    expect([bent, isSigningKey(bent)]).toEqual([bent, false]);
});

it('says no, rather than throwing, to keys and signatures of the wrong shape', () => {
  const { publicKey, privateKey } = newSigningKeyPair();
  const signature = signBytes(privateKey, 'hello');
  for (const key of ['', 'x', toBase64url(new Uint8Array(31)), toBase64url(new Uint8Array(32).fill(255))]) {
    expect(signatureHolds(key, 'hello', signature)).toBe(false);
  }
  for (const length of [0, 63, 65]) {
    expect(signatureHolds(publicKey, 'hello', new Uint8Array(length))).toBe(false);
  }
});
