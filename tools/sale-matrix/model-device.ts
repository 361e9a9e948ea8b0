import type { Device, DeviceState } from '@portillon/drivers/device.ts';

/** A device that is always reached: what a line does to a driver is shown by the contract suites, on real lines. */
export class ModelDevice implements Device {
  readonly state: DeviceState = { status: 'ready' };

  start(): void {
    // Reached from the first moment.
  }

  async stop(): Promise<void> {
    return undefined;
  }

  onState(): () => void {
    return () => undefined;
  }
}
