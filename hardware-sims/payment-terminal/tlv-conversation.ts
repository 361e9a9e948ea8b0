import { encodeTlv, parseTlv, type TlvField } from '@portillon/drivers/payment-terminal/concert-tlv/tlv.ts';
import { type CounterTerminal, euros, ticketWithCard } from './counter-terminal.ts';

type Fields = ReadonlyMap<string, string>;

/** Null: done, and the till is not to hear of it. */
type Say = (answer: Uint8Array | null) => void;

const actionNames = { '0': 'debit', '1': 'credit', '2': 'cancellation' } as const;
const actionCodes = { debit: '0', credit: '1', cancellation: '2' } as const;

/**
 * What a terminal answers to the texts of Concert V3, the same over TCP (Caisse-AP) and over a serial line. It tells the
 * truth about a payment when asked (CD T, CD 3).
 */
export class TlvConversation {
  readonly #counter: CounterTerminal;
  readonly #hasFault: (name: string) => boolean;

  constructor(counter: CounterTerminal, hasFault: (name: string) => boolean) {
    this.#counter = counter;
    this.#hasFault = hasFault;
  }

  /** `say` is called once, at once or when the customer and the bank have done their part; never while silent. */
  hear(text: Uint8Array, say: Say): void {
    if (this.#hasFault('silent')) return;
    const read = parseTlv(text);
    const request: Fields = read.kind === 'whole' ? read.fields : new Map();
    const refuse = (reason: string) => say(this.#notDone(request, reason));
    const action = request.get('CD');
    if (action === 'T' || action === '3') say(this.#status(request));
    else if (request.size === 0) refuse('09');
    else if (this.#hasFault('out-of-order')) refuse('07');
    else if (action === 'I') say(this.#answer(request, '10', []));
    else if (action !== '0' && action !== '1' && action !== '2') refuse('12');
    else if (!/^[0-9]{2,12}$/.test(request.get('CB') ?? '')) refuse('09');
    else if (this.#counter.job) refuse('07');
    else this.#begin(request, actionNames[action], say);
  }

  #begin(request: Fields, action: 'debit' | 'credit' | 'cancellation', say: Say): void {
    this.#counter.begin({
      action,
      reference: request.get('CH') ?? '',
      amountCents: Number(request.get('CB')),
      tell: (ending) => {
        if (ending.kind === 'done-unheard') say(null);
        else if (ending.kind === 'done') say(this.#done(request));
        // Without the amount, as an Ingenico Desk/5000 answers when the customer cancels.
        else if (ending.reason === '11') say(this.#notDone(without('CB', request), ending.reason));
        else say(this.#notDone(request, ending.reason));
      },
    });
  }

  #status(request: Fields): Uint8Array {
    const reference = request.get('CH');
    if (this.#counter.job && this.#counter.job.reference === reference)
      return this.#answer(request, '11', []);
    const entry = this.#counter.lastWord(reference);
    if (!entry) return this.#notDone(request, '00');
    const found = new Map(request);
    found.set('CD', actionCodes[entry.action]);
    found.set('CB', String(entry.amountCents).padStart(12, '0'));
    return entry.done ? this.#done(found) : this.#notDone(found, entry.reason ?? '00');
  }

  #notDone(request: Fields, reason: string): Uint8Array {
    return this.#answer(request, '01', [{ tag: 'AF', value: reason }]);
  }

  /** In the order of the recorded exchange of the akretion simulator. */
  #done(request: Fields): Uint8Array {
    const fields = [
      { tag: 'CC', value: '00B' },
      { tag: 'CI', value: '2' },
      { tag: 'AC', value: this.#counter.nextAuthorisation() },
      { tag: 'AA', value: this.#counter.pan },
      { tag: 'AI', value: 'A0000000421010' },
      { tag: 'CG', value: '6424242' },
    ];
    const tooMuch = [
      { tag: 'AB', value: '2912' },
      { tag: 'AK', value: ticketWithCard },
    ];
    return this.#answer(request, '10', this.#hasFault('full-pan') ? [...fields, ...tooMuch] : fields);
  }

  #answer(request: Fields, outcome: string, more: readonly TlvField[]): Uint8Array {
    const fields: TlvField[] = [];
    for (const tag of ['CZ', 'CJ', 'CA', 'CE', 'BA', 'CD', 'CB', 'CH']) {
      const value = request.get(tag);
      if (value !== undefined)
        fields.push({ tag, value: this.#hasFault('wrong-echo') ? wrong(tag, value) : value });
    }
    if (fields.length === 0) fields.push({ tag: 'CZ', value: '0300' });
    const bytes = encodeTlv([...fields, { tag: 'AE', value: outcome }, ...more]);
    if (this.#hasFault('garbled')) bytes.set(bytes.subarray(0, 12).map((byte) => byte ^ 0x80));
    return bytes;
  }
}

function without(left: string, fields: Fields): Fields {
  return new Map([...fields].filter(([tag]) => tag !== left));
}

function wrong(tag: string, value: string): string {
  if (tag === 'CB') return String(Number(value) + 100).padStart(value.length, '0');
  return tag === 'CH' ? `X${value.slice(1)}` : value;
}

const meanings: Readonly<Record<string, string>> = {
  '0': 'debit',
  '1': 'credit',
  '2': 'cancellation',
  '3': 'duplicate',
  I: 'identification',
  T: 'status',
};

/** What a text asks for, in words. */
export function tlvMeaning(text: Uint8Array): string {
  const read = parseTlv(text);
  if (read.kind !== 'whole') {
    return `nonsense: ${read.kind === 'malformed' ? read.detail : 'it ends within a field'}`;
  }
  const request = read.fields;
  const action = request.get('CD') ?? '';
  const amount = request.get('CB');
  const words = [meanings[action] ?? `action ${action}`];
  if (amount !== undefined) words.push(`${euros(Number(amount))} EUR`);
  const reference = request.get('CH');
  if (reference !== undefined) words.push(`reference ${reference}`);
  return words.join(', ');
}
