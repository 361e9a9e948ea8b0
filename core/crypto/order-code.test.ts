import { scryptSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { orderCodeHash } from './order-code.ts';
import { groupedCode } from './order-code-shape.ts';

const network = '01929b70-0000-7000-8000-000000000001';

it('stands for a code of one network, and of no other', async () => {
  expect(await orderCodeHash(network, '00421337')).toMatch(/^[0-9a-f]{64}$/);
  expect(await orderCodeHash(network, '00421337')).toBe(await orderCodeHash(network, '00421337'));
  expect(await orderCodeHash(network, '00421338')).not.toBe(await orderCodeHash(network, '00421337'));
  expect(await orderCodeHash(network.replace('1', '2'), '00421337')).not.toBe(
    await orderCodeHash(network, '00421337'),
  );
});

it('is the scrypt of RFC 7914 (§12, third vector) with our cost', () => {
  // The vector proves the library; ours differs in p and length only by what is passed.
  expect(
    scryptSync('pleaseletmein', 'SodiumChloride', 64, { N: 16_384, r: 8, p: 1 }).toString('hex').slice(0, 16),
  ).toBe('7023bdcb3afd7348');
});

it('is shown in two groups', () => {
  expect(groupedCode('00421337')).toBe('0042 1337');
  expect(groupedCode('0042')).toBe('0042');
});
