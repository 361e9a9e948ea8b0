import {
  type DeviceAboutTold,
  type DeviceTold,
  deviceLimit,
  deviceMarks,
  unwatched,
} from '@portillon/core/wire/messages.ts';
import type { Device, DeviceAbout } from '@portillon/drivers/device.ts';
import type { EdgeConfig } from './edge-config.ts';

/**
 * W-DEVICE-1, W-DEVICE-3: how each device of the box stands and what it is. The device's own word goes before that of the
 * configuration, which speaks of what the protocol does not tell, and is marked as such.
 */
export function devicesTold(
  all: readonly { readonly name: string; readonly device: Device }[],
  plates: EdgeConfig['devices']['plates'],
): DeviceTold[] {
  const driven = all.map(({ name, device: { state, about = {} } }) => ({
    name,
    status: state.status,
    fault: 'fault' in state ? state.fault.code : null,
    ...known(about, plates[name] ?? {}),
  }));
  const others = Object.entries(plates)
    .filter(([name]) => !all.some((each) => each.name === name))
    .map(([name, plate]) => ({ name, status: unwatched, fault: null, ...known({}, plate) }));
  return [...driven, ...others].slice(0, deviceLimit);
}

function known(told: DeviceAbout, plate: DeviceAbout): { readonly about?: DeviceAboutTold } {
  const configured = deviceMarks.filter((mark) => told[mark] === undefined && plate[mark] !== undefined);
  const marks = deviceMarks.flatMap((mark) => {
    const value = told[mark] ?? plate[mark];
    return value === undefined ? [] : [[mark, value] as const];
  });
  if (marks.length === 0) return {};
  return { about: { ...Object.fromEntries(marks), ...(configured.length > 0 ? { configured } : {}) } };
}
