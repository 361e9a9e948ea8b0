import { expect, it } from 'vitest';
import { toBase64url } from './base64url.ts';
import { readKeyRequest, readPass } from './pass.ts';
import { challengeLifeMs, type GrantRequest, grantRequestProblem, newChallenge } from './pass-challenge.ts';
import { grantRequestToSign, passCodeText, passSignedLength } from './pass-layout.ts';
import { newSigningKeyPair, signBytes } from './signing-key.ts';
import vectors from './vectors/pass.json' with { type: 'json' };

const secret = new Uint8Array(32).fill(7);
const nowMs = Date.parse('2026-11-26T17:00:00.000Z');
const { publicKey, privateKey } = vectors.phone;
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64url'));

function asked(more: Partial<GrantRequest> = {}, atMs = nowMs, key = privateKey): GrantRequest {
  const challenge = newChallenge(secret, atMs);
  const link = more.link === undefined ? null : bytes(more.link);
  const signature = signBytes(key, grantRequestToSign(challenge, bytes(publicKey), link));
  return { challenge: toBase64url(challenge), publicKey, signature: toBase64url(signature), ...more };
}
const problem = (request: GrantRequest, atMs = nowMs) =>
  grantRequestProblem(request, { secret, nowMs: atMs });

it('[PS14] believes a phone that signs a challenge of the base within two minutes', () => {
  expect(problem(asked())).toBeNull();
  expect(problem(asked({ link: 'AAAA' }), nowMs + challengeLifeMs)).toBeNull();
  expect(problem(asked(), nowMs + challengeLifeMs + 1)).toBe('stale-challenge');
  expect(problem(asked(), nowMs - challengeLifeMs - 1)).toBe('stale-challenge');
});

it('[PS14] refuses a challenge that is not the base’s, another key, another link and what has another shape', () => {
  const good = asked({ link: 'AAAA' });
  const foreign = toBase64url(newChallenge(new Uint8Array(32).fill(8), nowMs));
  expect(problem({ ...good, challenge: foreign })).toBe('stale-challenge');
  expect(problem({ ...good, link: 'AAAB' })).toBe('not-the-phones-signature');
  expect(problem({ ...good, link: undefined })).toBe('not-the-phones-signature');
  expect(problem({ ...good, publicKey: newSigningKeyPair().publicKey })).toBe('not-the-phones-signature');
  expect(problem(asked({}, nowMs, newSigningKeyPair().privateKey))).toBe('not-the-phones-signature');
  expect(problem({ ...good, challenge: '' })).toBe('malformed');
  expect(problem({ ...good, publicKey: 'AAAA' })).toBe('malformed');
});

it('[PS14] asks for a signature that is good for nothing else', () => {
  const signed = grantRequestToSign(newChallenge(secret, nowMs), bytes(publicKey), new Uint8Array(134));
  const signature = signBytes(privateKey, signed);
  expect(readKeyRequest(passCodeText('keyRequest', signed.subarray(0, 34), signature)).ok).toBe(false);
  expect(readPass(passCodeText('pass', signed.subarray(0, passSignedLength), signature)).ok).toBe(false);
});
