import { expect, it } from 'vitest';
import { fromBase64url } from './base64url.ts';
import { readGrant } from './grant.ts';
import { readPassGrant } from './pass-grant.ts';
import { passLinkLength } from './pass-layout.ts';
import { issuerOfPassLink, type PassLink, passLinkLifeMs, passLinkText, readPassLink } from './pass-link.ts';
import { newSigningKeyPair } from './signing-key.ts';
import vectors from './vectors/pass.json' with { type: 'json' };

const nowMs = Date.parse('2026-11-26T17:00:00.000Z');
const [sample] = vectors.passes;
if (!sample) throw new Error('the vectors hold no pass');
const { networkId, issuerEdgeId, credentialId, planId } = sample.claims as unknown as {
  networkId: PassLink['networkId'];
  issuerEdgeId: PassLink['issuerEdgeId'];
  credentialId: PassLink['besideCredentialId'];
  planId: PassLink['passCredentialId'];
};
const link: PassLink = {
  networkId,
  issuerEdgeId,
  besideCredentialId: credentialId,
  passCredentialId: planId,
  expiresAtMs: nowMs + passLinkLifeMs,
};
const bytes = fromBase64url(passLinkText(link, vectors.edge.privateKey));
const at = { networkId, issuerPublicKey: vectors.edge.publicKey, nowMs };
const minute = 60_000;

it('[PS16] says which box made it, for which card, and how long it is good', () => {
  expect(bytes).toHaveLength(passLinkLength);
  expect(issuerOfPassLink(bytes)).toBe(issuerEdgeId);
  expect(readPassLink(bytes, at)).toEqual(link);
});

it.each([
  [
    'a network that is not its own',
    { networkId: issuerEdgeId as unknown as PassLink['networkId'] },
    'other-network',
  ],
  ['a box that did not make it', { issuerPublicKey: newSigningKeyPair().publicKey }, 'not-signed'],
  ['the time after its end, and what clocks may differ', { nowMs: nowMs + 15 * minute }, 'expired'],
  ['a base for which it ends too late', { nowMs: nowMs - 6 * minute }, 'expired'],
])('[PS16] is refused by %s', (_, other, problem) => {
  expect(readPassLink(bytes, { ...at, ...other })).toBe(problem);
});

it('[PS16] is refused when any bit of it is turned, and is no grant', () => {
  for (let index = 0; index < bytes.length; index++) {
    const bent = Uint8Array.from(bytes);
    bent[index] = (bent[index] ?? 0) ^ 1;
    const issuer = issuerOfPassLink(bent);
    if (issuer === null) continue;
    expect(issuer !== issuerEdgeId || typeof readPassLink(bent, at) === 'string').toBe(true);
  }
  expect(issuerOfPassLink(bytes.subarray(1))).toBeNull();
  expect(readGrant(bytes).ok).toBe(false);
  expect(readPassGrant(bytes).ok).toBe(false);
});
