import type { DeviceView } from '../club-view.ts';

/** What the page reads from the views of the devices. */

const cableFault = 'cable-pulled';

/** Names of the faults that are switched on, the pulled cable aside. */
export function faultsOn(device: DeviceView): readonly string[] {
  return switchedOn(device).filter((name) => name !== cableFault);
}

/** Faults that can be switched, the cable aside: it has a button of its own. */
export function faultsOf(device: DeviceView): DeviceView['faults'] {
  return device.faults.filter((fault) => fault.name !== cableFault);
}

export function cableOf(device: DeviceView): 'in' | 'out' | 'none' {
  if (!device.faults.some((fault) => fault.name === cableFault)) return 'none';
  return switchedOn(device).includes(cableFault) ? 'out' : 'in';
}

function switchedOn(device: DeviceView): readonly string[] {
  return Array.isArray(device.view.faults) ? (device.view.faults as string[]) : [];
}

export interface TerminalView {
  readonly display: readonly string[];
  readonly phase: 'idle' | 'waiting-card' | 'asking-bank';
  readonly amountCents: number | null;
  readonly waitingMs: number | null;
  readonly waitingLimitMs: number | null;
}
