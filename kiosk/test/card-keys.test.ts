import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestClub } from './test-club.ts';

/** Real processes: a card is sold, the network changes its card keys, and the card comes by. */
let club: TestClub;
let cardId: string;

beforeAll(async () => {
  club = await TestClub.open();
  cardId = await club.buyCard();
}, 180_000);

afterAll(() => club?.close(), 60_000);

async function keyVersions(card: string): Promise<readonly number[]> {
  return (await club.panel.cardMemory(card)).applications.flatMap((application) => application.keyVersions);
}

async function tapped(): Promise<void> {
  const sinceMs = await club.now();
  await club.panel.world('tap', { gateId: club.gateId, cardId, holdMs: 1_500 });
  await club.until(() => club.releasedSince(sinceMs));
  await club.push('entry');
}

/** As `sync-service --card-keys 2` does it. */
function renewCardKeys(): void {
  const path = join(club.folder, 'state', 'sync-service', 'base-keys.json');
  const keys = JSON.parse(readFileSync(path, 'utf8')) as {
    card: object;
    cardKeys: { current: number; versions: object[] };
  };
  const key = () => randomBytes(16).toString('base64url');
  const second = { version: 2, read: key(), write: key() };
  keys.cardKeys = { current: 2, versions: [...keys.cardKeys.versions, second] };
  keys.card = { version: 2, key: second.read };
  writeFileSync(path, JSON.stringify(keys), { mode: 0o600 });
}

it('opens for a card sold before the card keys changed, and gives it the new ones', async () => {
  expect(await keyVersions(cardId)).toEqual([1, 1, 1]);
  await tapped();
  expect(await keyVersions(cardId)).toEqual([1, 1, 1]);

  await club.restart(renewCardKeys);
  await club.until(async () => (await club.health()).cardKeyVersion === 2);
  await tapped();
  await club.until(async () => (await keyVersions(cardId)).every((version) => version === 2));
  await tapped();
  expect(await keyVersions(await club.buyCard())).toEqual([2, 2, 2]);
}, 180_000);
