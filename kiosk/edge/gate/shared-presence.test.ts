import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleClub, sampleCredential, sampleId } from '../../store/test/sample-records.ts';
import { identity } from './test/gate-card-rig.ts';
import { badges, GateRig } from './test/gate-rig.ts';

/** Ann holds two badges, and lends one. */
const second = '04A1B2C3D4E504';
let rig: GateRig;

beforeEach(async () => {
  rig = await GateRig.open();
  const antiPassback = { mode: 'hard', minutes: null } as const;
  const policy = { ...openPolicy, uidBadges: true, antiPassback };
  await rig.cards.told([
    { kind: 'club', id: identity.clubId, record: { ...sampleClub(), policy } },
    {
      kind: 'credential',
      id: sampleId(804),
      record: sampleCredential({ cardUid: second, uidOnly: true, memberId: sampleId(810) }),
    },
  ]);
});

afterEach(() => rig.close());

const passages = async () => (await rig.events('passage.sensed')).length;

it('[AC36] [AC39] lets in one person with the two badges of a member, also over the shoulder, until she has left', async () => {
  expect(await rig.hold(rig.entry, badges.ann)).toMatchObject({ outcome: 'granted' });
  expect(await rig.hold(rig.entry, second)).toMatchObject({ reason: 'already-inside' });
  rig.gate.walk('entry');
  await rig.until(async () => (await passages()) === 1);
  expect(await rig.hold(rig.entry, second)).toMatchObject({ reason: 'already-inside' });
  expect(await rig.hold(rig.exit, second)).toMatchObject({ outcome: 'granted', direction: 'exit' });
  rig.gate.walk('exit');
  await rig.until(async () => (await passages()) === 2);
  expect(await rig.hold(rig.entry, badges.ann)).toMatchObject({ outcome: 'granted' });
});

it('[AC39] lets the other badge in once nobody has gone through with the first', async () => {
  expect(await rig.hold(rig.entry, badges.ann)).toMatchObject({ outcome: 'granted' });
  await rig.clock.advance(5_000);
  await rig.control.stop();
  expect(await rig.hold(rig.entry, second)).toMatchObject({ outcome: 'granted' });
  expect(await passages()).toBe(0);
});
