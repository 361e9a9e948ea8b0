/** For how long an entry belongs to the last release: its pulse, and somebody who was just in the arms. */
export class ReleaseWindow {
  readonly #lastsMs: number;
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(pulseMs: number) {
    this.#lastsMs = pulseMs + sensingGraceMs;
  }

  released(nowMs: number): void {
    this.#untilMs = nowMs + this.#lastsMs;
  }

  /** Somebody came in at this moment; whether a release was for them. One release lets one person in. */
  entered(atMs: number): boolean {
    const covered = atMs <= this.#untilMs;
    this.#untilMs = Number.NEGATIVE_INFINITY;
    return covered;
  }

  isOpen(nowMs: number): boolean {
    return nowMs <= this.#untilMs;
  }
}

const sensingGraceMs = 1_500;
