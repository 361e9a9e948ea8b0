import { cents } from '@portillon/core/base/money.ts';
import {
  type ConcertV2Answer,
  type ConcertV2Request,
  decodeV2Request,
  encodeV2Answer,
} from '@portillon/drivers/payment-terminal/concert/concert-v2-text.ts';
import { type CounterTerminal, euros, ticketWithCard } from '../counter-terminal.ts';

/** What a terminal answers to the texts of Concert V2: whether it is done, and to a question about an earlier one nothing. */
export class V2Conversation {
  readonly #counter: CounterTerminal;
  readonly #hasFault: (name: string) => boolean;

  constructor(counter: CounterTerminal, hasFault: (name: string) => boolean) {
    this.#counter = counter;
    this.#hasFault = hasFault;
  }

  /** `say` is called once, or never when the text is no request. Null: done, and the till is not to hear of it. */
  hear(text: Uint8Array, say: (answer: Uint8Array | null) => void): void {
    const request = decodeV2Request(text);
    if (!request.ok) return;
    const { charge, correlation, amountCents } = request.value;
    if (this.#hasFault('out-of-order') || this.#counter.job || amountCents === 0) {
      say(this.#answer(request.value, '7'));
      return;
    }
    this.#counter.begin({
      action: charge,
      reference: correlation,
      amountCents,
      tell: (ending) => {
        if (ending.kind === 'done-unheard') say(null);
        else say(this.#answer(request.value, ending.kind === 'done' ? '0' : '7'));
      },
    });
  }

  #answer(request: ConcertV2Request, status: ConcertV2Answer['status']): Uint8Array {
    const { till, currency, correlation, amountCents } = request;
    const echo = this.#hasFault('wrong-echo')
      ? { till, currency, correlation: `X${correlation.slice(1)}`, amountCents: cents(amountCents + 100) }
      : { till, currency, correlation, amountCents };
    const isShort = !request.withReport || this.#hasFault('short-answer');
    const bytes = encodeV2Answer({ ...echo, status, mode: '1' }, isShort ? null : this.#report());
    if (this.#hasFault('garbled')) bytes.set(bytes.subarray(0, 12).map((byte) => byte ^ 0x80));
    return bytes;
  }

  /** The card, two blanks, and what the firmware likes (the terminal of pyTeliumManager's test: zeros). */
  #report(): string {
    return `${this.#counter.pan}  ${this.#hasFault('full-pan') ? ticketWithCard : '0'.repeat(37)}`;
  }
}

/** What a text asks for, in words. */
export function v2Meaning(text: Uint8Array): string {
  const request = decodeV2Request(text);
  if (!request.ok) return `nonsense: ${request.error}`;
  const { charge, amountCents, correlation } = request.value;
  return `${charge}, ${euros(amountCents)} EUR, private data ${correlation || 'none'}`;
}
