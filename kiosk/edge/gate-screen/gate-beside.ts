import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { GateDevices } from '../devices.ts';
import type { EdgeConfig } from '../edge-config.ts';
import type { GateFace } from '../gate/gate-now.ts';
import type { ScreenOfGate } from './gate-screen-server.ts';
import { GateSigns } from './gate-signs.ts';

interface Around {
  readonly face: GateFace;
  readonly brand: EdgeConfig['brand'];
  readonly clock: Clock;
  readonly log: Log;
}

/** What stands beside a gate for people to see; `screen` is null where the gate has none. */
export function gateBeside(
  { config, gate, reader, badgeReaders, scanner, exit }: GateDevices,
  { face, brand, clock, log }: Around,
): { readonly signs: GateSigns; readonly screen: ScreenOfGate | null } {
  const { id: gateId, name: gateName, screen } = config;
  const ofCards = [...(reader ? [reader] : []), ...badgeReaders.map(({ device }) => device)];
  const eyes = [...ofCards, ...(scanner ? [scanner] : [])];
  const readersAt = { entry: badgeReaders, exit: exit?.badgeReaders ?? [] };
  const signs = new GateSigns({ gateId, face, board: gate, eyes, readersAt, clock, log });
  const accepts = ofCards.length === 0 ? 'code' : scanner ? 'both' : 'card';
  return {
    signs,
    screen: screen ? { gateId, signs, surroundings: { gateName, brand, accepts, ...screen } } : null,
  };
}
