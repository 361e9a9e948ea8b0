import type { SimCard, SimCardMemory } from './sim-card.ts';

/** A badge that has a number and nothing else: it answers like an ISO 14443-4 chip without applications. */
export class PlainBadge implements SimCard {
  readonly uid: string;
  readonly ats: Uint8Array = Uint8Array.of(0x05, 0x78, 0x80, 0x70, 0x02);

  constructor({ uid }: { readonly uid: string }) {
    this.uid = uid.toUpperCase();
  }

  powerOff(): void {
    // Nothing to forget: a number is all it has.
  }

  answer(commandApdu: Uint8Array): Uint8Array {
    return commandApdu[0] === 0x90 ? Uint8Array.of(0x91, 0x1c) : Uint8Array.of(0x6a, 0x82);
  }

  memory(): SimCardMemory {
    return { applications: [] };
  }
}
