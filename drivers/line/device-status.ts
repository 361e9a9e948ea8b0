import type { DeviceState } from '../device.ts';
import { Listeners } from './listeners.ts';

/** The state of a device and those who follow it. A state equal to the current one is not announced again. */
export class DeviceStatus {
  #state: DeviceState = { status: 'starting' };
  readonly #listeners = new Listeners<[DeviceState]>();

  get state(): DeviceState {
    return this.#state;
  }

  set(state: DeviceState): void {
    if (isSame(this.#state, state)) return;
    this.#state = state;
    this.#listeners.notify(state);
  }

  onState(listener: (state: DeviceState) => void): () => void {
    return this.#listeners.add(listener);
  }
}

function isSame(a: DeviceState, b: DeviceState): boolean {
  const faultA = 'fault' in a ? a.fault : undefined;
  const faultB = 'fault' in b ? b.fault : undefined;
  return a.status === b.status && faultA?.code === faultB?.code && faultA?.detail === faultB?.detail;
}
