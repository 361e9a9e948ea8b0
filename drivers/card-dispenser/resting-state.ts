import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { DeviceState } from '../device.ts';
import type { DispenserStatus } from './card-dispenser.ts';

/** DI5: empty and full are decided by the sensors; few cards left is no fault. A staged card may be sold though it was the last. */
export function restingState(status: DispenserStatus): DeviceState {
  if (status.binFull) return { status: 'faulted', fault: fault('dispenser.bin-full', 'by its sensor') };
  if (status.stacker === 'empty' && status.card !== 'at-encoder') {
    return { status: 'faulted', fault: fault('dispenser.stacker-empty', 'by its sensor') };
  }
  return { status: 'ready' };
}

/** A device that is silent is as good as not there; one that complains is there. */
export function stateAfter(error: Fault): DeviceState {
  return error.code.startsWith('dispenser.')
    ? { status: 'faulted', fault: error }
    : { status: 'disconnected', fault: error };
}
