import {
  grantEndMs,
  keyOfGrant,
  keyRequestToSign,
  passCodeBytes,
  passCodeText,
  passToSign,
} from '@portillon/core/crypto/pass-layout.ts';
import type { Clock } from '@portillon/ui/browser-clock.ts';
import { grantFromBase } from './grant-from-base.ts';
import { type KeptPass, keepPass, openPass, rawPublicKey, signed } from './phone-store.ts';

/**
 * What came of a question to the base: a grant that was not there before, nothing new, no answer, or why it is refused
 * (W-PASS-5).
 */
export type AskOutcome = 'granted' | 'same' | 'no-answer' | `pass.${string}` | 'refused';

/** The key of this phone, the grant that it has, and the ways to one. */
export class PhonePass {
  readonly #clock: Clock;
  #kept: KeptPass;
  #clockAheadMs: number | null = null;
  /** One question at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(kept: KeptPass, clock: Clock) {
    this.#kept = kept;
    this.#clock = clock;
  }

  /** Rejects where the browser cannot keep one. */
  static async open(clock: Clock): Promise<PhonePass> {
    return new PhonePass(await openPass(), clock);
  }

  get grant(): Uint8Array | null {
    return this.#kept.grant;
  }

  /** Up to when the grant is good; null for no end, and without a grant. */
  get endMs(): number | null {
    return this.grant && grantEndMs(this.grant);
  }

  /** As far as the base told when it was reached last; null while it was not reached. */
  get clockAheadMs(): number | null {
    return this.#clockAheadMs;
  }

  /** PS12: what a kiosk reads. */
  async keyRequestText(): Promise<string> {
    const bytes = keyRequestToSign(await rawPublicKey(this.#kept));
    return passCodeText('keyRequest', bytes, await signed(this.#kept, bytes));
  }

  /** What a gate reads in this step. */
  async codeText(grant: Uint8Array, step: number): Promise<string> {
    const bytes = passToSign(grant, step);
    return passCodeText('pass', bytes, await signed(this.#kept, bytes));
  }

  /** PS13: what a kiosk shows. */
  async take(text: string): Promise<'taken' | 'not-a-grant' | 'other-phone'> {
    const grant = passCodeBytes('grant', text);
    if (typeof grant === 'string') return 'not-a-grant';
    if (!(await this.#isOwn(grant))) return 'other-phone';
    await this.#keep(grant);
    return 'taken';
  }

  /** PS14, PS17. A new grant is kept before this resolves; after `pass.ended` there is none (PS18). Never rejects for want of a network. */
  ask(link: string | null): Promise<AskOutcome> {
    const asked = this.#turn.then(() => this.#ask(link));
    this.#turn = asked.catch(() => undefined);
    return asked;
  }

  async #ask(link: string | null): Promise<AskOutcome> {
    const { answer, clockAheadMs } = await grantFromBase(this.#kept, this.#clock, link);
    if (clockAheadMs !== null) this.#clockAheadMs = clockAheadMs;
    if (answer.kind === 'no-answer') return 'no-answer';
    if (answer.kind === 'refused') {
      if (answer.code === 'pass.ended') await this.#keep(null);
      return answer.code.startsWith('pass.') ? (answer.code as `pass.${string}`) : 'refused';
    }
    if (!(await this.#isOwn(answer.grant))) return 'refused';
    if (this.grant && isEqual(this.grant, answer.grant)) return 'same';
    await this.#keep(answer.grant);
    return 'granted';
  }

  async #isOwn(grant: Uint8Array): Promise<boolean> {
    return isEqual(keyOfGrant(grant), await rawPublicKey(this.#kept));
  }

  async #keep(grant: Uint8Array | null): Promise<void> {
    this.#kept = { ...this.#kept, grant };
    await keepPass(this.#kept);
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
