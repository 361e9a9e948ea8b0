/**
 * A plastic card as an object that people and devices hand on: the dispenser's stacker holds it, its encoder talks to it,
 * a person takes it from the mouth and taps it on a reader. Its memory travels with it.
 */
export interface SimCard {
  /** Number of the chip, upper-case hex. */
  readonly uid: string;
  /** Answer to select (ATS) of an ISO 14443-4 card. */
  readonly ats: Uint8Array;
  /** Field switched off or card taken away: sessions end, memory stays. */
  powerOff(): void;
  /**
   * One command APDU in, one answer APDU out, status word included. Undefined when the card leaves the field before it has
   * answered: whoever holds the field treats it as taken away.
   */
  answer(commandApdu: Uint8Array): Uint8Array | undefined;
  /** What is on the card, for the panel and the tests: applications, files with their bytes, key versions. */
  memory(): SimCardMemory;
}

export interface SimCardMemory {
  readonly applications: readonly {
    readonly aid: string;
    readonly keyVersions: readonly number[];
    readonly files: readonly { readonly fileId: number; readonly hex: string }[];
  }[];
}
