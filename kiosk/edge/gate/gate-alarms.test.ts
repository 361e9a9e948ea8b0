import { fault } from '@portillon/core/base/fault-codes.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleId } from '../../store/test/sample-records.ts';
import { GateRig } from './test/gate-rig.ts';

let rig: GateRig;

beforeEach(async () => {
  rig = await GateRig.open();
});

afterEach(() => rig.close());

const raised = async () => (await rig.events('gate.alarm-raised')).map(({ kind }) => kind);
const ended = () => rig.events('gate.alarm-ended');
const counts = async (begun: number, over: number) =>
  rig.until(async () => (await raised()).length === begun && (await ended()).length === over);

it('[GT9] tells of an alarm as it begins and as it ends, and of one that comes back at once as of the same', async () => {
  rig.gate.alarm('held-open', true);
  await counts(1, 0);
  rig.gate.alarm('held-open', false);
  await rig.clock.advance(9_000);
  rig.gate.alarm('held-open', true);
  rig.gate.alarm('held-open', false);
  const offAt = new Date(rig.clock.wallMs()).toISOString();
  await rig.clock.advance(10_000);
  await counts(1, 1);
  expect(await ended()).toMatchObject([{ times: 2, at: offAt }]);
  const [one] = await rig.events('gate.alarm-raised');
  expect((await ended())[0]?.alarmId).toBe(one?.alarmId);
});

it('[GT9] makes few alarms of an input that chatters for hours, at whatever pace', async () => {
  for (const paceMs of [50, 11_000, 30_000, 700_000]) {
    const before = (await raised()).length;
    const hours = 3;
    for (let passedMs = 0; passedMs < hours * 3_600_000; passedMs += 2 * paceMs) {
      // What chatters fast is one alarm all the time: a minute of it shows that.
      if (passedMs / paceMs > 2_000) break;
      rig.gate.alarm('fire', true);
      await rig.clock.advance(paceMs);
      rig.gate.alarm('fire', false);
      await rig.clock.advance(paceMs);
    }
    await rig.clock.advance(3_600_000);
    await rig.until(async () => (await raised()).length === (await ended()).length);
    expect((await raised()).length - before, `${paceMs} ms`).toBeLessThanOrEqual(12 * hours);
  }
});

it('[GT9] takes what is over as it happens for an alarm that ends: somebody who forces the entry', async () => {
  rig.gate.force();
  rig.gate.force();
  await rig.clock.advance(10_000);
  await counts(1, 1);
  expect(await raised()).toEqual(['forced']);
  expect(await ended()).toMatchObject([{ times: 2 }]);
});

it('[GT10] goes on with an alarm after a restart, and ends none while the board is away', async () => {
  rig.gate.alarm('fire', true);
  await counts(1, 0);
  const next = await rig.restarted();
  next.gate.becomes({ status: 'disconnected', fault: fault('gate.no-answer', 'no power') });
  await next.clock.advance(120_000);
  expect(await next.events('gate.alarm-ended')).toEqual([]);
  next.gate.becomes({ status: 'ready' });
  next.gate.alarm('fire', true);
  await next.clock.advance(120_000);
  expect(await next.events('gate.alarm-raised')).toHaveLength(1);
  expect(await next.events('gate.alarm-ended')).toEqual([]);
  next.gate.alarm('fire', false);
  await next.clock.advance(120_000);
  await next.until(async () => (await next.events('gate.alarm-ended')).length === 1);
  await next.control.stop();
});

it('[GT10] ends the alarm of a gate that the box has no more', async () => {
  const { store } = rig.cards;
  const gone = { alarmId: sampleId(990), at: new Date(rig.clock.wallMs()).toISOString() };
  await store.write((tx) => store.gates.raiseAlarm(tx, { ...gone, gateId: 'gate-9', kind: 'fire' }));
  const next = await rig.restarted();
  expect(await next.events('gate.alarm-ended')).toMatchObject([{ alarmId: gone.alarmId }]);
  await next.control.stop();
});

it('[GT9] gives alarm while a reader or the board is open, whichever side it hangs on', async () => {
  const open = { status: 'faulted', fault: fault('reader.tampered', 'cover open') } as const;
  rig.exit.becomes(open);
  rig.gate.becomes(open);
  rig.exit.becomes({ status: 'ready' });
  await rig.clock.advance(60_000);
  await counts(1, 0);
  expect(await raised()).toEqual(['tampered']);
  rig.gate.becomes({ status: 'ready' });
  await rig.clock.advance(10_000);
  await counts(1, 1);
});
