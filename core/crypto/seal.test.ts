import { expect, it } from 'vitest';
import { newSealKeyPair, openSealed, seal } from './seal.ts';

const plain = new TextEncoder().encode('Zoë Müller-Łoś');

it('opens what was sealed, with the right key and purpose only', async () => {
  const pair = await newSealKeyPair();
  const other = await newSealKeyPair();
  const sealed = await seal(pair.publicKey, 'person', plain);
  expect(await openSealed(pair.privateKey, 'person', sealed)).toEqual(plain);
  await expect(openSealed(pair.privateKey, 'photo', sealed)).rejects.toThrow();
  await expect(openSealed(other.privateKey, 'person', sealed)).rejects.toThrow();
  sealed[40] = (sealed[40] ?? 0) ^ 1;
  await expect(openSealed(pair.privateKey, 'person', sealed)).rejects.toThrow();
});

it('never produces the same bytes twice', async () => {
  const pair = await newSealKeyPair();
  expect(await seal(pair.publicKey, 'person', plain)).not.toEqual(
    await seal(pair.publicKey, 'person', plain),
  );
});
