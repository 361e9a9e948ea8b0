import { fault } from '@portillon/core/base/fault-codes.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleCredential, sampleId } from '../../store/test/sample-records.ts';
import { cardWith, claims, credentialId, nowMs, seller } from './test/gate-card-rig.ts';
import { annId, badges, GateRig } from './test/gate-rig.ts';

let rig: GateRig;

beforeEach(async () => {
  rig = await GateRig.open();
});

afterEach(() => rig.close());

const passages = () => rig.events('passage.sensed');

it('[GT11] [GS4] gives a gate with a reader on each side to one person at a time, and each their own passage', async () => {
  const leaving = await rig.hold(rig.exit, badges.bob);
  expect(leaving).toMatchObject({ outcome: 'granted', direction: 'exit' });
  const coming = await rig.hold(rig.entry, badges.ann);
  expect(coming).toMatchObject({ outcome: 'granted', direction: 'entry' });
  await rig.hold(rig.entry, badges.staff);
  expect(rig.gate.asked).toEqual(['release exit']);
  expect(rig.entry.shown).toEqual(['wait: One moment', 'wait: Try once more']);
  expect(rig.exit.shown).toEqual(['granted: See you soon']);
  expect(rig.signs.now.name).toBe('again');
  rig.gate.walk('exit');
  await rig.until(() => rig.gate.asked.length === 2);
  rig.gate.walk('entry');
  await rig.until(async () => (await passages()).length === 2);
  expect(rig.gate.asked).toEqual(['release exit', 'release entry']);
  expect(rig.entry.shown.at(-1)).toBe('granted: Welcome');
  expect(rig.signs.now.name).toBe('granted');
  expect(await passages()).toMatchObject([
    { direction: 'exit', decisionId: leaving.decisionId },
    { direction: 'entry', decisionId: coming.decisionId, credentialId: annId },
  ]);
  expect(rig.cards.store.passages.presence.lastPassage(annId, null, nowMs)?.direction).toBe('entry');
});

it('[GT13] [GT16] opens once for an order of staff, answers it, and writes the passage down with it', async () => {
  expect(await rig.order(901, 'open-entry')).toMatchObject([
    { outcome: 'done', fault: null, gateId: 'gate-1' },
  ]);
  expect(rig.gate.asked).toEqual(['release entry even if locked']);
  await rig.until(() => rig.signs.now.name === 'granted');
  rig.gate.walk('entry');
  await rig.until(async () => (await passages()).length === 1);
  expect(await passages()).toMatchObject([
    { direction: 'entry', decisionId: null, credentialId: null, orderId: sampleId(901), occupancyAfter: 1 },
  ]);
  // Told again, as by a base that came back from a backup.
  expect(await rig.order(901, 'open-entry')).toHaveLength(1);
  const next = await rig.restarted();
  expect(await next.order(901, 'open-entry')).toHaveLength(1);
  expect(next.gate.asked).toEqual([]);
  expect(await next.order(902, 'open-exit')).toMatchObject([{ outcome: 'done' }]);
  expect(next.gate.asked).toEqual(['release exit even if locked']);
  await next.control.stop();
});

it('[GT18] tells the gate of a release under way after a restart, and gives the passage to it', async () => {
  const { decisionId } = await rig.hold(rig.entry, badges.ann);
  const next = await rig.restarted();
  expect(next.gate.asked).toEqual([expect.stringMatching(/^still released for \d+ ms$/)]);
  next.gate.walk('entry');
  await next.until(async () => (await passages()).length === 1);
  expect(await passages()).toMatchObject([{ direction: 'entry', decisionId }]);
  await next.control.stop();
});

it('[W-GATE-3] carries out nothing whose time may be over at the base, whatever the clock of the box says', async () => {
  const expiresAt = new Date(nowMs + 10_000).toISOString();
  rig.latestBaseMs = nowMs + 10_000;
  expect(await rig.order(901, 'open-entry', { expiresAt })).toMatchObject([{ outcome: 'expired' }]);
  rig.latestBaseMs = null;
  expect(await rig.order(902, 'hold-open', { expiresAt })).toMatchObject([{ outcome: 'expired' }]);
  expect(rig.gate.asked).toEqual([]);
  // A clock that is an hour fast opens nothing late, and keeps nobody out.
  await rig.clock.advance(3_600_000);
  rig.latestBaseMs = nowMs + 9_999;
  expect(await rig.order(903, 'open-entry', { expiresAt })).toMatchObject([{ outcome: 'done' }]);
});

it('[GT15] asks an order that waited for its turn for its time once more', async () => {
  await rig.hold(rig.entry, badges.ann);
  await rig.told(901, 'open-entry');
  rig.orders.look();
  await rig.until(async () => (await rig.cards.store.gates.orders()).length === 1);
  rig.latestBaseMs = nowMs + 20_000;
  rig.gate.walk('entry');
  await rig.orders.stop();
  expect(await rig.settled(901)).toMatchObject([{ outcome: 'expired' }]);
  expect(rig.gate.asked).toEqual(['release entry']);
});

it('[GT14] opens nothing because the box started: what had come is expired, what was begun is not known', async () => {
  await rig.told(901, 'open-entry');
  await rig.told(902, 'open-entry');
  await rig.cards.store.write((tx) => rig.cards.store.gates.beginOrder(tx, sampleId(902)));
  const next = await rig.restarted();
  expect(await next.settled(901)).toMatchObject([{ outcome: 'expired' }]);
  expect(await next.settled(902)).toMatchObject([{ outcome: 'not-known' }]);
  next.orders.look();
  await next.orders.stop();
  expect(next.gate.asked).toEqual([]);
  const third = await rig.restarted();
  expect(await third.events('gate.order-settled')).toHaveLength(2);
  await next.control.stop();
  await third.control.stop();
});

it('[GT12] [AC41] [AC43] has a gate stand as staff ordered it over a restart, and a fire opens what they had locked', async () => {
  const staffCard = await cardWith(encodeGrant(claims(), seller.privateKey));
  await rig.cards.told([
    {
      kind: 'credential',
      id: credentialId,
      record: sampleCredential({ cardUid: staffCard.uid, standing: { staff: true } }),
    },
  ]);
  expect(await rig.order(901, 'lock')).toMatchObject([{ outcome: 'done' }]);
  expect(rig.control.face.now.mode).toBe('locked');
  const next = await rig.restarted();
  expect(next.gate.asked).toEqual(['resume locked']);
  expect(next.control.face.now.mode).toBe('locked');
  expect(await next.hold(next.entry, badges.ann)).toMatchObject({
    outcome: 'refused',
    reason: 'gate-locked',
  });
  expect(await next.hold(next.entry, badges.staff)).toMatchObject({
    outcome: 'refused',
    reason: 'gate-locked',
  });
  expect(await next.holdCard(staffCard)).toMatchObject({ outcome: 'granted' });
  expect(next.gate.asked.at(-1)).toBe('release entry even if locked');
  next.gate.walk('entry');
  next.gate.alarm('fire', true);
  expect(next.control.face.now.mode).toBe('fire');
  expect(await next.hold(next.entry, badges.ann)).toMatchObject({ outcome: 'granted' });
  next.gate.walk('entry');
  next.gate.alarm('fire', false);
  expect(next.control.face.now.mode).toBe('locked');
  expect(await next.order(902, 'normal')).toMatchObject([{ outcome: 'done' }]);
  expect((await next.events('gate.stands')).map(({ standing, orderId }) => [standing, orderId])).toEqual([
    ['normal', null],
    ['locked', sampleId(901)],
    ['normal', sampleId(902)],
  ]);
  await next.control.stop();
});

it('[GT7] [GT12] holds open once the board has confirmed, and locks whatever it says', async () => {
  rig.gate.fault = fault('gate.no-answer', 'silent');
  expect(await rig.order(901, 'hold-open')).toMatchObject([{ outcome: 'failed', fault: 'gate.no-answer' }]);
  expect(rig.control.face.now.mode).toBe('normal');
  expect(await rig.order(902, 'lock')).toMatchObject([{ outcome: 'done', fault: 'gate.no-answer' }]);
  expect(await rig.cards.store.gates.standing('gate-1')).toMatchObject({ standing: 'locked' });
  expect(await rig.order(903, 'open-entry')).toMatchObject([{ outcome: 'failed', fault: 'gate.no-answer' }]);
  rig.gate.fault = null;
  expect(await rig.order(904, 'hold-open')).toMatchObject([{ outcome: 'done' }]);
  expect(await rig.cards.store.gates.standing('gate-1')).toMatchObject({
    standing: 'held-open',
    orderId: sampleId(904),
  });
});

it('[GT16] writes down by which order somebody came in unasked while staff hold the gate open', async () => {
  await rig.order(901, 'hold-open');
  rig.gate.walk('entry');
  rig.gate.walk('exit');
  await rig.until(async () => (await passages()).length === 2);
  expect((await passages()).map(({ orderId }) => orderId)).toEqual([sampleId(901), null]);
});

it('[GT17] neither locks nor holds open during a fire, and goes back to normal', async () => {
  await rig.order(901, 'lock');
  rig.gate.alarm('fire', true);
  expect(await rig.order(902, 'hold-open')).toMatchObject([{ outcome: 'failed', fault: 'gate.fire' }]);
  expect(await rig.order(903, 'normal')).toMatchObject([{ outcome: 'done' }]);
  expect(await rig.order(904, 'lock')).toMatchObject([{ outcome: 'failed', fault: 'gate.fire' }]);
  expect(await rig.cards.store.gates.standing('gate-1')).toMatchObject({ standing: 'normal' });
});

it.each([
  ['an order that it does not know', 'sing', {}],
  ['an order to a gate that it has not', 'open-entry', { gateId: 'gate-9' }],
])('[GT13] answers %s', async (_words, action, over) => {
  expect(await rig.order(901, action, over)).toMatchObject([{ outcome: 'failed', fault: 'gate.refused' }]);
  expect(rig.gate.asked).toEqual([]);
});
