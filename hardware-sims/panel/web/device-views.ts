import type { DeviceView } from '../club-view.ts';

/** What the page reads from the views of the devices. */

export type Cable = 'in' | 'out' | 'none';

/** Sims of good manners: on from the start, no trouble for anybody. */
const harmless = ['slow-segments', 'whole'];

/** The fault that stands for the cable of a device. */
export function cableFault(device: DeviceView): string {
  return device.kind === 'network' ? 'cut' : 'cable-pulled';
}

/** Faults that can be switched, the cable aside: it has a button of its own. */
export function faultsOf(device: DeviceView): DeviceView['faults'] {
  return device.faults.filter((fault) => fault.name !== cableFault(device));
}

export function isOn(device: DeviceView, fault: string): boolean {
  return Array.isArray(device.view.faults) && device.view.faults.includes(fault);
}

/** Names of the troubles that are on, the cable aside. */
export function troublesOf(device: DeviceView): readonly string[] {
  return faultsOf(device)
    .map((fault) => fault.name)
    .filter((name) => isOn(device, name) && !harmless.includes(name));
}

export function cableOf(device: DeviceView): Cable {
  if (!device.faults.some((fault) => fault.name === cableFault(device))) return 'none';
  return isOn(device, cableFault(device)) ? 'out' : 'in';
}

export interface TerminalView {
  readonly display: readonly string[];
  readonly phase: 'idle' | 'waiting-card' | 'asking-bank' | 'holding';
  readonly waitingMs: number | null;
  readonly waitingLimitMs: number | null;
}

export interface DispenserView {
  readonly stackerCount: number;
  readonly stacker: 'empty' | 'low' | 'enough';
  readonly cardAt: 'none' | 'encoder' | 'mouth' | 'moving' | 'jammed';
  readonly cardUid: string | null;
  readonly moving: {
    readonly what: 'feed' | 'present' | 'pull back' | 'capture';
    readonly sinceMs: number;
    readonly durationMs: number;
  } | null;
  readonly binCount: number;
  readonly binFull: boolean;
}

export interface PrinterView {
  readonly status: 'stopped' | 'printing' | 'idle';
  readonly paper: 'ok' | 'nearly out' | 'out';
  readonly cover: 'open' | 'closed';
  readonly cutter: 'ok' | 'blocked';
}

export interface BoardView {
  readonly arm: 'locked' | 'free' | 'turning';
  readonly entryReleased: boolean;
  readonly heldOpen: boolean;
  readonly doorOpen: boolean;
  readonly fire: boolean;
  readonly releasedForMs: number;
  readonly entries: number;
  readonly exits: number;
}

export interface ReaderView {
  readonly card: string | null;
}

export interface BadgeReaderView {
  readonly light: 'off' | 'red' | 'green' | 'amber' | 'blue' | 'white';
  readonly text: string;
  readonly beeps: number;
  readonly secure: boolean;
}

export interface ScannerView {
  readonly lastText: string | null;
}

export interface NetworkView {
  readonly connections: number;
}

/** The view of a device as its model gives it. */
export function viewOf<View>(device: DeviceView): View {
  return device.view as unknown as View;
}
