import { DesfireMemory } from './desfire-memory.ts';
import { DesfireSimCard, type DesfireSimCardOptions } from './desfire-sim-card.ts';

/** A genuine DESFire card of somebody else: a transport pass, with an application and keys that are not ours. */
export class ForeignCard extends DesfireSimCard {
  constructor(options: DesfireSimCardOptions) {
    const memory = new DesfireMemory();
    memory.createApplication('F21190', 0x0b, 1);
    memory.application('F21190')?.keys.splice(0, 1, { key: options.random.bytes(16), version: 1 });
    memory.cardLevelLocked = true;
    super(options, memory);
  }
}
