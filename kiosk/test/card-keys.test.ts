import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runKeysCommand } from '../../tools/keys/keys-command.ts';
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

const baseFolder = () => join(club.folder, 'state', 'sync-service');

/** As whoever runs the base does it, while it is stopped. */
async function renewCardKeys(): Promise<void> {
  const said: string[] = [];
  const hear = (text: string) => said.push(text);
  const code = await runKeysCommand(['--state', baseFolder(), '--rotate'], {
    environment: {},
    say: hear,
    tell: hear,
  });
  if (code !== 0) throw new Error(said.join('\n'));
}

/** Every secret of base and box, in each way in which a program could have written it. */
function secretsInTexts(): readonly string[] {
  const { network, seal, cardKeys } = JSON.parse(
    readFileSync(join(baseFolder(), 'base-keys.json'), 'utf8'),
  ) as {
    network: { privateKey: string };
    seal: { privateKey: string };
    cardKeys: { versions: { read: string; write: string }[] };
  };
  const ofBox = join(club.edgeFolder, 'keys');
  const secrets = [
    ...[network.privateKey, seal.privateKey].map((text) => Buffer.from(text, 'base64url')),
    ...cardKeys.versions.flatMap(({ read, write }) =>
      [read, write].map((text) => Buffer.from(text, 'base64url')),
    ),
    ...readdirSync(ofBox).map((file) => readFileSync(join(ofBox, file))),
  ];
  return secrets.flatMap((secret) => [
    secret.toString('base64').replaceAll('=', ''),
    secret.toString('base64url'),
    secret.toString('hex'),
    secret.toString('hex').toUpperCase(),
    [...secret].join(','),
  ]);
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

it('writes no key of anything into a log', () => {
  const folder = join(club.folder, 'state', 'logs');
  const logs = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  expect(logs.join('').length).toBeGreaterThan(1_000);
  const secrets = secretsInTexts();
  expect(secrets.length).toBeGreaterThan(30);
  expect(logs.filter((log) => secrets.some((secret) => log.includes(secret)))).toEqual([]);
});
