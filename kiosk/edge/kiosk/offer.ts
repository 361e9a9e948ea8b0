import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Device } from '@portillon/drivers/device.ts';
import type { Offer } from '../../bridge/view.ts';

type DeviceState = Device['state'];
type Refusal = Extract<Offer, { possible: false }>['why'];

/** What an offer depends on; a device that the product does not need is null. */
export interface OfferFacts {
  /** Club, identity and what is on sale are known. */
  readonly listed: boolean;
  readonly journalFault: Fault | null;
  /** Staff practise: no device is moved (SA52). */
  readonly practice: boolean;
  /** Too much is approved that no bank has seen. */
  readonly offlineLimit: boolean;
  readonly terminal: DeviceState;
  readonly dispenser: DeviceState | null;
}

export const offlineLimitCode = 'terminal.offline-limit';

/** Whether it can be sold now, or the first thing that stands against it. Pure. */
export function offerOf(facts: OfferFacts): Offer {
  const { listed, journalFault, practice, offlineLimit, terminal, dispenser } = facts;
  if (!listed) return refused('no-plans', 'sync.unreachable');
  if (journalFault) return refused(whyNotRecorded(journalFault), journalFault.code);
  if (practice) return { possible: true };
  if (offlineLimit) return refused('offline-limit', offlineLimitCode);
  if (terminal.status !== 'ready') return refused('terminal', faultOf(terminal));
  if (dispenser && dispenser.status !== 'ready') {
    const code = faultOf(dispenser);
    return refused(code === 'dispenser.stacker-empty' ? 'cards-sold-out' : 'dispenser', code);
  }
  return { possible: true };
}

function refused(why: Refusal, faultCode: string): Offer {
  return { possible: false, why, faultCode };
}

function faultOf(state: DeviceState): string {
  return 'fault' in state ? state.fault.code : 'line.no-answer';
}

/** Nothing known yet, a full disk, or the books themselves. */
function whyNotRecorded({ code }: Fault): Refusal {
  if (code === 'sync.unreachable') return 'no-plans';
  return code.startsWith('store.') ? 'store' : 'journal';
}
