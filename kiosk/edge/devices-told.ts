import type { FaultCode } from '@portillon/core/base/fault-codes.ts';
import {
  type DeviceAboutTold,
  type DeviceTold,
  deviceLimit,
  deviceMarks,
  unwatched,
} from '@portillon/core/wire/messages.ts';
import type { Device, DeviceAbout } from '@portillon/drivers/device.ts';
import type { EdgeConfig } from './edge-config.ts';

/** The name of the card dispenser of a box. */
const dispenser = 'dispenser';

/**
 * W-DEVICE-1, W-DEVICE-3: how each device of the box stands and what it is. The device's own word goes before that of the
 * configuration, which speaks of what the protocol does not tell, and is marked as such.
 */
export function devicesTold(
  all: readonly { readonly name: string; readonly device: Device }[],
  { plates, dispenser: settings }: Pick<EdgeConfig['devices'], 'plates' | 'dispenser'>,
  cards: number | null,
): DeviceTold[] {
  const driven = all.map(({ name, device }) => ({
    name,
    status: device.state.status,
    fault: 'fault' in device.state ? device.state.fault.code : null,
    ...known(device.about ?? {}, plates[name] ?? {}),
    ...(name === dispenser && settings
      ? stockOf(device, cards, settings.lowCards)
      : warned(device, device.warning)),
  }));
  const others = Object.entries(plates)
    .filter(([name]) => !all.some((each) => each.name === name))
    .map(([name, plate]) => ({ name, status: unwatched, fault: null, ...known({}, plate) }));
  return [...driven, ...others].slice(0, deviceLimit);
}

/** W-DEVICE-5: the sensor speaks first; the count may be off by what a hand took out. */
function stockOf(device: Device, cards: number | null, lowCards: number) {
  const isLow = cards !== null && cards <= lowCards;
  return {
    ...warned(device, device.warning ?? (isLow ? 'dispenser.stacker-low' : null)),
    ...(cards === null ? {} : { cards }),
  };
}

/** A device that does not work says more than a warning. */
function warned({ state }: Device, warning: FaultCode | null | undefined): { readonly warning?: FaultCode } {
  return warning && state.status === 'ready' ? { warning } : {};
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
