import type { Fault, FaultCode } from '@portillon/core/base/fault-codes.ts';

/** What a device is to the rest of the edge, whatever it does. */
export type DeviceState =
  | { readonly status: 'starting' }
  | { readonly status: 'ready' }
  /** Reached, but cannot do its work until the fault is gone (jam, paper out, stacker empty). */
  | { readonly status: 'faulted'; readonly fault: Fault }
  /** Not reached: cable, power, network. The driver keeps trying with a bounded back-off. */
  | { readonly status: 'disconnected'; readonly fault: Fault }
  | { readonly status: 'stopped' };

/**
 * What a device says it is (core/wire/SPEC.md, W-DEVICE-3). What its protocol does not tell is left out; what was told stays,
 * also while it is not reached.
 */
export interface DeviceAbout {
  readonly model?: string;
  readonly serial?: string;
  /** The number of a payment terminal at its acquirer, and the contract by which it is paid. */
  readonly terminalId?: string;
  readonly contract?: string;
  readonly software?: string;
}

export interface Device {
  readonly state: DeviceState;
  /** Absent from a driver whose protocol tells nothing. */
  readonly about?: DeviceAbout;
  /** What will stop it soon, while it still works; absent from a driver whose protocol tells nothing of it. */
  readonly warning?: FaultCode | null;
  /** Bytes that arrived and made nothing, since the start; absent from a driver that does not count them. */
  readonly discardedBytes?: number;
  /** Starts supervision and returns at once; the state tells when the device is ready. Not to be called twice. */
  start(): void;
  /** Ends supervision, closes the line, and resolves when nothing of the driver is left running. Safe to repeat. */
  stop(): Promise<void>;
  /** Calls `listener` on every change of state, never during `onState` itself. Returns how to stop listening. */
  onState(listener: (state: DeviceState) => void): () => void;
}
