import type { Device, DeviceState } from './device.ts';

/** Resolves with the device's state once it fits: at once, or after the change that makes it fit. For contract suites. */
export function deviceBecomes(device: Device, fits: (state: DeviceState) => boolean): Promise<DeviceState> {
  if (fits(device.state)) return Promise.resolve(device.state);
  return new Promise((resolve) => {
    const stop = device.onState((state) => {
      if (!fits(state)) return;
      stop();
      resolve(state);
    });
  });
}

export function isReady(state: DeviceState): boolean {
  return state.status === 'ready';
}

/** `faulted` or `disconnected` with this code. */
export function hasFault(code: string): (state: DeviceState) => boolean {
  return (state) => 'fault' in state && state.fault.code === code;
}
