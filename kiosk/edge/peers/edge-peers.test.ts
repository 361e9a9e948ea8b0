import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { afterEach, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import { Edge } from '../edge.ts';
import { edgeConfigSchema } from '../edge-config.ts';
import { edgeSoftware } from '../edge-software.ts';
import { type BoxName, boxName, until } from './test/club-box.ts';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A whole gate controller without gates, enrolled, whose book has the keys of both. */
async function started(
  name: BoxName,
  known: readonly BoxName[],
  addresses: readonly string[],
): Promise<Edge> {
  const folder = mkdtempSync(join(tmpdir(), 'peers-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const stateFolder = join(folder, 'state');
  const around = { clock: systemClock, random: systemRandom, log: silentLog };
  const store = await EdgeStore.open({ folder: stateFolder, ...around });
  if (!store.ok) throw new Error(store.error.detail);
  await store.value.saveIdentity(name.identity);
  const changes = known.map(({ key }, index) => ({ version: index + 1, change: key }));
  await store.value.applyFeed(changes, known.length, systemClock.wallMs());
  await store.value.close();
  const config = edgeConfigSchema.parse({
    name: 'box',
    stateFolder,
    baseUrl: 'http://127.0.0.1:1',
    bridge: { port: 0 },
    peers: { port: 0, addresses },
    devices: { gates: [] },
  });
  const software = { software: 'test', fiscalSoftware: edgeSoftware };
  const edge = await Edge.start({ config, screenFolder: null, ...software, ...around });
  if (!edge.ok) throw new Error(edge.error.detail);
  undo.push(() => edge.value.stop());
  return edge.value;
}

it('[W-PEER-2] [W-PEER-4] has two boxes find each other by their configuration, and say when they are apart', async () => {
  const names = [boxName(1), boxName(5)] as const;
  const one = await started(names[0], names, []);
  const other = await started(names[1], names, [one.peerUrl ?? '']);
  const peers = async () => (await other.health()).peers;
  await until(async () => (await peers())[0]?.together === true);
  expect(await peers()).toMatchObject([{ edgeId: names[0].identity.edgeId, problem: null }]);
  expect((await one.health()).peers).toEqual([]);
  await one.stop();
  undo.splice(1, 1);
  await until(async () => (await peers())[0]?.together === false);
  expect((await peers())[0]?.problem).not.toBeNull();
}, 20_000);

it('refuses an address of another box that is none', () => {
  const config = { port: 0, addresses: ['192.168.1.12:4660'] };
  const parsed = edgeConfigSchema.shape.peers.safeParse(config);
  expect(parsed.success).toBe(false);
});
