import { expect, it } from 'vitest';
import { wrongZones, type Zone, zonesAround } from './zones.ts';

const pool: Zone = { id: 'pool', name: 'Pool' };
const sauna: Zone = { id: 'sauna', name: 'Sauna', within: 'pool' };
const cage: Zone = { id: 'cage', name: 'Free weights' };
const zones = [sauna, cage, pool];

it('[AC45] has the club around every zone, and nothing around the club', () => {
  expect(zonesAround(zones, null)).toEqual([]);
  expect(zonesAround(zones, 'pool')).toEqual([null]);
  expect(zonesAround(zones, 'sauna')).toEqual(['pool', null]);
  expect(zonesAround(zones, 'gone')).toEqual([null]);
  expect(wrongZones(zones)).toEqual([]);
});

it('[AC45] names a zone that is there twice, one within none, and one within itself', () => {
  expect(wrongZones([pool, pool])).toEqual([{ index: 1, what: 'the zone "pool" is named twice' }]);
  expect(wrongZones([cage, sauna])).toEqual([
    { index: 1, what: 'the zone "sauna" lies within "pool", which is no zone' },
  ]);
  const ring = [
    { ...pool, within: 'sauna' },
    { ...sauna, within: 'pool' },
  ];
  expect(wrongZones(ring).map(({ index }) => index)).toEqual([0, 1]);
  expect(wrongZones([{ ...pool, within: 'pool' }])[0]?.what).toContain('"pool" lies within itself');
});
