import { expect, it } from 'vitest';
import { canWork, codeWords, intermediateName, resultMeaning, tellsWhy } from './zvt-codes.ts';

it('knows what every result code means for the money', () => {
  const kinds = new Map<string, number>();
  for (let code = 0; code <= 0xff; code++) {
    const { kind } = resultMeaning(code);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  expect(kinds.get('ok')).toBe(1);
  expect(kinds.get('ended-by-customer')).toBe(1);
  expect(kinds.get('busy')).toBe(1);
});

it.each([
  [0x05, { kind: 'declined', reason: 'refused' }],
  [0x6c, { kind: 'ended-by-customer' }],
  [0x6f, { kind: 'declined', reason: 'unsupported-currency' }],
  [0x78, { kind: 'declined', reason: 'card-expired' }],
  [0x7d, { kind: 'declined', reason: 'bank-unreachable' }],
  [0xb1, { kind: 'out-of-order' }],
  [0xb4, { kind: 'declined', reason: 'not-found' }],
  [0xb5, { kind: 'declined', reason: 'not-reversible' }],
  [0xc2, { kind: 'out-of-order' }],
  [0xc3, { kind: 'declined', reason: 'amount-too-high' }],
  [0xdf, { kind: 'out-of-order' }],
  [0xe4, { kind: 'out-of-order' }],
  [0xf0, { kind: 'out-of-order' }],
  [0xff, { kind: 'declined', reason: 'not-completed' }],
])('reads %i', (code, meaning) => {
  expect(resultMeaning(code)).toEqual(meaning);
});

it('[ZV10] gives the reason that the terminal showed where the code has none', () => {
  expect(resultMeaning(0x05, 0x15)).toEqual({ kind: 'declined', reason: 'wrong-pin' });
  expect(resultMeaning(0x05, 0x58)).toEqual({ kind: 'declined', reason: 'pin-tries-exceeded' });
  expect(resultMeaning(0x78, 0x15)).toEqual({ kind: 'declined', reason: 'card-expired' });
  expect(tellsWhy(0x04)).toBe(false);
});

it('names what the terminal shows, and its codes', () => {
  expect(intermediateName(0x0a)).toBe('insert card');
  expect(intermediateName(0x44)).toBe('waiting for the bank, remove card');
  expect(intermediateName(0xc9)).toBe('status C9');
  expect(codeWords(0xf0)).toBe('end of day required (F0)');
  expect(codeWords(0x05)).toBe('code 05');
});

it('takes a terminal that is busy, has no paper or a card in it for one that can work', () => {
  expect([0x00, 0x9c, 0xcc, 0xdc, 0xe1].every(canWork)).toBe(true);
  expect([0x51, 0xb1, 0xc2, 0xdf, 0xe2, 0xf0].some(canWork)).toBe(false);
});
