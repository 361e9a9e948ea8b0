import { EventEmitter } from 'node:events';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { HIDAsync } from 'node-hid';
import { describe, expect, it } from 'vitest';
import reports from '../scanner/hid-pos/vectors/access-is-lsr118.json' with { type: 'json' };
import { transportFor } from './address.ts';
import { HidTransport } from './hid-transport.ts';
import { transportContract } from './transport-contract.ts';

/** What node-hid 3.4 does as seen by its user, fed by the test instead of the kernel. */
class RecordedHid extends EventEmitter {
  onWrite: (bytes: Uint8Array) => void = () => undefined;

  feed(report: Uint8Array): void {
    this.emit('data', Buffer.from(report));
  }

  async write(bytes: Buffer): Promise<number> {
    this.onWrite(Uint8Array.from(bytes));
    return bytes.length;
  }

  async close(): Promise<void> {
    this.removeAllListeners();
  }
}

function hidRig() {
  let device = new RecordedHid();
  let pluggedIn = true;
  let listener: (bytes: Uint8Array) => void = () => undefined;
  const transport = new HidTransport('hid:///dev/hidraw0', '/dev/hidraw0', async () => {
    if (!pluggedIn) throw new Error('cannot open device with path /dev/hidraw0');
    device = new RecordedHid();
    device.onWrite = (bytes) => listener(bytes);
    return device as unknown as HIDAsync;
  });
  return {
    transport,
    onDriverBytes: (wanted: (bytes: Uint8Array) => void) => {
      listener = wanted;
    },
    writeToDriver: (bytes: Uint8Array) => device.feed(bytes),
    pull: async () => {
      pluggedIn = false;
      device.emit('error', new Error('could not read from HID device'));
    },
    plugIn: async () => {
      pluggedIn = true;
    },
  };
}

describe('hid, on recorded reports', () => {
  transportContract(async () => hidRig());

  it('delivers each report whole and by itself', async () => {
    const rig = hidRig();
    const opened = await rig.transport.open();
    if (!opened.ok) throw new Error(opened.error.detail);
    const recorded = reports.reports.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
    const [first, ...rest] = recorded;
    if (first) rig.writeToDriver(first); // before anybody listens
    const delivered: Uint8Array[] = [];
    opened.value.onData((report) => delivered.push(report));
    for (const report of rest) rig.writeToDriver(report);
    expect(delivered).toEqual(recorded);
    await opened.value.close();
  });

  it('says that there is no such device, by the real library', async () => {
    const made = transportFor('hid:///dev/hidraw-that-is-not-there', { clock: systemClock });
    if (!made.ok) throw new Error(made.error.detail);
    expect(await made.value.open()).toMatchObject({ ok: false, error: { code: 'transport.unreachable' } });
  });
});
