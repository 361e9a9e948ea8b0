import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetworkId } from '../base/ids.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { newSigningKeyPair } from './signing-key.ts';
import { encodeTicket, readTicket, type TicketClaims, ticketProblem, ticketTextLength } from './ticket.ts';
import vectors from './vectors/entry-claims.json' with { type: 'json' };

const cases = vectors.tickets.map(({ title, claims, text }) => ({
  title,
  claims: claims as unknown as TicketClaims,
  text,
}));
const [sample] = cases;
if (!sample) throw new Error('the vectors hold no ticket');
const { claims, text } = sample;

const reader = {
  networkId: claims.networkId,
  issuerKey: { publicKey: vectors.publicKey, status: 'active' as const },
};

/** What a gate makes of a scanned text: null for "believed". */
function problemAtGate(scanned: string, at: Parameters<typeof ticketProblem>[1] = reader): string | null {
  const ticket = readTicket(scanned);
  return ticket.ok ? ticketProblem(ticket.value, at) : ticket.error;
}

describe.each(cases)('$title', ({ claims, text }) => {
  it('is encoded as an independent implementation encodes it', () => {
    expect(encodeTicket(claims, vectors.privateKey)).toBe(text);
  });

  it('reads back as it was stated, and is believed', () => {
    expect(readTicket(text)).toMatchObject({ ok: true, value: claims });
    expect(problemAtGate(text)).toBeNull();
  });

  it('is refused with any single bit turned over', () => {
    const bytes = fromBase64url(text.slice(4));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(problemAtGate(`PT1.${toBase64url(flipped)}`), `bit ${bit}`).not.toBeNull();
    }
  });

  it('is refused with any single character changed', () => {
    for (let at = 0; at < text.length; at++) {
      for (const other of ['A', 'b', '0', '-', '_', '+', '/', '=', ' ', 'é', '\n']) {
        if (text[at] === other) continue;
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        expect(problemAtGate(changed), `character ${at} as ${other}`).not.toBeNull();
      }
    }
  });
});

it('has a fixed length that a QR on receipt paper holds', () => {
  expect(text).toHaveLength(ticketTextLength);
});

it('is refused cut short at any length', () => {
  for (let length = 0; length < text.length; length++) {
    expect(problemAtGate(text.slice(0, length)), `${length} characters`).toBe(
      length < 4 ? 'not-a-ticket' : 'truncated',
    );
  }
});

it.each([
  ['another code', 'https://example.org/?q=PT1.', 'not-a-ticket'],
  ['nothing', '', 'not-a-ticket'],
  ['a later version', `PT2.${text.slice(4)}`, 'unknown-version'],
  ['something after its end', `${text}A`, 'malformed'],
  ['the other base64 alphabet', `PT1.+/${text.slice(6)}`, 'malformed'],
])('is refused as %s', (_, scanned, problem) => {
  expect(problemAtGate(scanned)).toBe(problem);
});

it('of another network is refused', () => {
  const networkId = '01932b6f-0000-7000-8000-000000000002' as NetworkId;
  expect(problemAtGate(text, { ...reader, networkId })).toBe('wrong-network');
});

it('of an edge that nobody vouches for, or a revoked one, is refused', () => {
  expect(problemAtGate(text, { ...reader, issuerKey: null })).toBe('unknown-issuer');
  const revoked = { publicKey: vectors.publicKey, status: 'revoked' as const };
  expect(problemAtGate(text, { ...reader, issuerKey: revoked })).toBe('revoked-issuer');
});

it('signed by another key is refused', () => {
  expect(problemAtGate(encodeTicket(claims, newSigningKeyPair().privateKey))).toBe('bad-signature');
});

it('is not made of a grant of a card, though the same edge signed it', () => {
  const grant = Buffer.from(vectors.grants[0]?.hex ?? '', 'hex');
  expect(problemAtGate(`PT1.${toBase64url(grant.subarray(0, 156))}`)).toBe('malformed');
});

it('survives any text without throwing, and believes none of it', () => {
  const noise = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.uint8Array({ minLength: 156, maxLength: 156 }).map((bytes) => `PT1.${toBase64url(bytes)}`),
  );
  fc.assert(
    fc.property(noise, (scanned) => {
      expect(problemAtGate(scanned)).not.toBeNull();
    }),
  );
});
