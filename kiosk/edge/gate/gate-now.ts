import type { AccessFacts } from '@portillon/core/access/access-facts.ts';
import type { Told } from '@portillon/core/access/gate-sign.ts';
import type { PersonLanguage } from '@portillon/core/access/person-language.ts';
import type { GateDirection } from '@portillon/drivers/gate/gate.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';

/** What staff have made of a gate, and `fire` while the fire panel raises its alarm, which beats everything else. */
export type GateMode = 'normal' | 'held-open' | 'locked' | 'fire';

/** What was told last to somebody in front of the gate. */
export interface LastDecision {
  readonly decisionId: string;
  /** ISO 8601, when it was decided. */
  readonly at: string;
  /** At which side it was presented. */
  readonly direction: GateDirection;
  readonly presented: AccessFacts['presented']['kind'];
  readonly outcome: 'granted' | 'refused';
  /** A reason, or what became of a grant: `granted`, `wait` while somebody is still on the way through,
   * `again` where somebody waits already, `not-released`. */
  readonly told: Told;
  /** Of the member, where the book knows it. */
  readonly language: PersonLanguage | null;
}

/** A gate as those see it who stand before it. Nothing of a person. */
export interface GateNow {
  readonly mode: GateMode;
  /** Released for somebody who has not gone through yet. */
  readonly released: boolean;
  readonly last: LastDecision | null;
}

const grantedKept = 3;

/** Keeps what a gate shows, and tells of every change. */
export class GateFace {
  readonly #changes = new Listeners<[GateNow]>();
  #now: GateNow = { mode: 'normal', released: false, last: null };
  /** Who was let in last, as they were told, newest first: one on the way, one who waits, one who was sent back. */
  #granted: readonly LastDecision[] = [];

  get now(): GateNow {
    return this.#now;
  }

  /** Returns how to stop listening. */
  onChange(listener: (now: GateNow) => void): () => void {
    return this.#changes.add(listener);
  }

  show(change: Partial<GateNow>): void {
    const before = this.#now;
    this.#now = { ...before, ...change };
    const { mode, released, last } = this.#now;
    if (mode === before.mode && released === before.released && last === before.last) return;
    if (last !== null && last !== before.last && last.outcome === 'granted') {
      const others = this.#granted.filter(({ decisionId }) => decisionId !== last.decisionId);
      this.#granted = [last, ...others].slice(0, grantedKept);
    }
    this.#changes.notify(this.#now);
  }

  /** What was decided turns out otherwise: nobody was let through, or the one who waited is let in now. */
  correct(decisionId: string, change: Pick<LastDecision, 'outcome' | 'told'>): void {
    const decision = this.#granted.find((granted) => granted.decisionId === decisionId);
    if (decision && (decision.told !== change.told || decision !== this.#now.last)) {
      this.show({ last: { ...decision, ...change } });
    }
  }
}
