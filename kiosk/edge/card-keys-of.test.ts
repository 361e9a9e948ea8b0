import { expect, it } from 'vitest';
import { cardKeysOf } from './card-keys-of.ts';

const key = (byte: number) => new Uint8Array(16).fill(byte);
const told = (byte: number) => Buffer.from(key(byte)).toString('base64url');
const cardKey = { version: 2, key: told(1) };

it('takes every version that was told, the current one first', () => {
  const versions = [
    { version: 1, read: told(3), write: told(4) },
    { version: 2, read: told(1), write: told(2) },
  ];
  const keys = cardKeysOf({ cardKey, cardKeys: { current: 2, versions } });
  expect(keys.current).toEqual({ version: 2, read: key(1), write: key(2) });
  expect(keys.versions.map(({ version }) => version)).toEqual([2, 1]);
  expect(keys.mayWrite).toBe(true);
});

it('holds nothing to write with where none was told', () => {
  const versions = [{ version: 2, read: told(1) }];
  expect(cardKeysOf({ cardKey, cardKeys: { current: 2, versions } }).mayWrite).toBe(false);
});

it('[W-CARDKEY-1] makes all keys of a card from the one that a base of version 0.1.0 tells', () => {
  expect(cardKeysOf({ cardKey }).versions).toEqual([{ version: 2, read: key(1), write: key(1) }]);
});
