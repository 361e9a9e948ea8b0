import type { Clock } from '@portillon/core/base/clock.ts';
import { orderCodeHash } from '@portillon/core/crypto/order-code.ts';
import { orderCodeDigits } from '@portillon/core/crypto/order-code-shape.ts';
import { codePauseMs, type OrderRefusal, wrongCodeLimit } from '@portillon/core/sale/order.ts';
import { type FoundOrder, findOrder, type OrderDeskFacts, type ReadyOrder } from './order-desk.ts';

/** Why a typed code leads nowhere now. `incomplete` and `paused` say nothing about any order. */
export type CodeProblem = OrderRefusal | 'incomplete' | 'paused';

export type CodeAnswer =
  | { readonly ready: ReadyOrder; readonly codeHash: string }
  | { readonly problem: CodeProblem; readonly triesLeft: number };

/** What the base says of a code that is not known here (W-ORDER-14): it is ours now, or it is not. */
export type ClaimOutcome = 'ours' | 'elsewhere' | 'unknown' | 'unreachable';

/** Asks the base about a code by what stands for it; `ours` once the order is in the book of this box. */
export type ClaimOrder = (codeHash: string) => Promise<ClaimOutcome>;

/** SA65: counts the wrong codes of a visit, and takes none during the pause that follows the last of them. */
export class CodeEntry {
  readonly #clock: Clock;
  readonly #claim: ClaimOrder | null;
  #wrong = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  /** Without `claim` this kiosk carries out only what it knows of. */
  constructor(clock: Clock, claim: ClaimOrder | null = null) {
    this.#clock = clock;
    this.#claim = claim;
  }

  /** Another visitor: their wrong codes are counted anew. A pause goes on. */
  newVisit(): void {
    this.#wrong = 0;
  }

  /** What stands on the screen before anything is typed. */
  get standing(): { readonly problem: CodeProblem | null; readonly triesLeft: number } {
    return { problem: this.pauseLeftMs > 0 ? 'paused' : null, triesLeft: wrongCodeLimit - this.#wrong };
  }

  /** 0 outside a pause. By the clock that nobody sets. */
  get pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.monotonicMs());
  }

  async take(typed: string, facts: OrderDeskFacts): Promise<CodeAnswer> {
    const refused = (problem: CodeProblem): CodeAnswer => ({
      problem,
      triesLeft: wrongCodeLimit - this.#wrong,
    });
    if (this.pauseLeftMs > 0) return refused('paused');
    const code = typed.replaceAll(/\D/g, '');
    if (code.length !== orderCodeDigits) return refused('incomplete');
    const codeHash = await orderCodeHash(facts.identity.networkId, code);
    const found = await this.#find(codeHash, facts);
    if ('ready' in found) return { ready: found.ready, codeHash };
    // Any other refusal proves that the code was right, but for one: nobody could be asked.
    if (found.refused !== 'unknown' && found.refused !== 'offline') return refused(found.refused);
    this.#wrong += 1;
    if (this.#wrong < wrongCodeLimit) return refused(found.refused);
    this.#wrong = 0;
    this.#pausedUntilMs = this.#clock.monotonicMs() + codePauseMs;
    return refused('paused');
  }
  /** In our own book; where it is not there, it may be an order of a web shop that waits for whoever asks (W-ORDER-17). */
  async #find(codeHash: string, facts: OrderDeskFacts): Promise<FoundOrder> {
    const found = await findOrder(codeHash, facts);
    if (!this.#claim || 'ready' in found || found.refused !== 'unknown') return found;
    switch (await this.#claim(codeHash)) {
      case 'ours':
        return findOrder(codeHash, facts);
      case 'elsewhere':
        return { refused: 'other-club' };
      case 'unreachable':
        return { refused: 'offline' };
      case 'unknown':
        return found;
    }
  }
}
