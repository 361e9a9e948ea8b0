import type { Clock } from '@portillon/core/base/clock.ts';
import type { Apdu } from '@portillon/drivers/payment-terminal/zvt/apdu.ts';
import type { Fields } from '@portillon/drivers/payment-terminal/zvt/bitmaps.ts';
import { findTlv, readTlv } from '@portillon/drivers/payment-terminal/zvt/tlv.ts';
import { receiptMirrorTag } from '@portillon/drivers/payment-terminal/zvt/zvt-messages.ts';
import type { ZvtCustomerAct, ZvtSimJob } from './zvt-sim.ts';
import { ProcessEnded, type ZvtSimDialogue } from './zvt-sim-dialogue.ts';
import type { ZvtSimJournal, ZvtTransaction } from './zvt-sim-journal.ts';
import * as says from './zvt-sim-messages.ts';

export interface ZvtSimSaleOptions {
  readonly inputLimitMs: number;
  readonly bankMs: number;
  readonly askAgainMs: number;
  readonly answerLimitMs: number;
  readonly sim: {
    readonly clock: Clock;
    readonly journal: ZvtSimJournal;
    hasFault(name: string): boolean;
    /** The line dies as it does when power fails on the way. */
    loseLine(): void;
    show(lines: readonly string[]): void;
    shows(lines: readonly string[]): void;
    enter(job: ZvtSimJob): void;
    customerActs(): Promise<ZvtCustomerAct>;
  };
}

const codes = {
  declinedByBank: 0x05,
  abortOrTimeLimit: 0x6c,
  noConnection: 0xa3,
  functionNotPossible: 0x83,
  alreadyReversed: 0xb4,
  notReversible: 0xb5,
  wrongAmount: 0xff,
} as const;
const shown = {
  insertCard: 0x0a,
  askingBank: 0x04,
  declined: 0x1d,
  reversing: 0x05,
  takeGoods: 0x1c,
  offlineMode: 0x2b,
} as const;
/** Field 01 where the till does not send it (PA00P015, 2.2.1). */
const usualAnswerLimitSeconds = 30;

/** What the till answered to a good result, in what it means for the goods. */
type Issued =
  | { readonly kind: 'all' }
  | { readonly kind: 'part'; readonly amountCents: number }
  | { readonly kind: 'not-yet' }
  | { readonly kind: 'none' };

/** The commands that concern money, each to its end as the standard tells it. */
export class ZvtSimSale {
  readonly #dialogue: ZvtSimDialogue;
  readonly #options: ZvtSimSaleOptions;

  constructor(dialogue: ZvtSimDialogue, options: ZvtSimSaleOptions) {
    this.#dialogue = dialogue;
    this.#options = options;
  }

  async authorise(fields: Fields): Promise<void> {
    const amountCents = says.amountIn(fields) ?? 0;
    if (amountCents === 0) return this.#fail('debit', 0, codes.wrongAmount, 'Betrag falsch');
    this.#synchronise(fields);
    const bank = await this.#cardFor('debit', amountCents);
    if (!bank) return;
    const { journal } = this.#options.sim;
    const receipt = journal.nextReceipt();
    const entry = this.#entry({ receipt, action: 'debit', amountCents, state: 'held' });
    journal.add(entry);
    try {
      await this.#hold(entry, fields, bank === 'timeout-after-approval');
    } catch (error) {
      // The process ended from outside: what nobody said yes to is let go.
      if (error instanceof ProcessEnded) this.#letGo(receipt);
      throw error;
    }
  }

  async refund(fields: Fields): Promise<void> {
    const amountCents = says.amountIn(fields) ?? 0;
    if (amountCents === 0) return this.#fail('credit', 0, codes.wrongAmount, 'Betrag falsch');
    const bank = await this.#cardFor('credit', amountCents);
    if (!bank) return;
    const receipt = this.#options.sim.journal.nextReceipt();
    await this.#book(
      this.#entry({ receipt, action: 'credit', amountCents, state: 'booked' }),
      'GUTSCHRIFT ERFOLGT',
      bank === 'timeout-after-approval',
    );
  }

  async reverse(fields: Fields): Promise<void> {
    const { journal, show, enter } = this.#options.sim;
    const receipt = says.numberIn(fields, 0x87) ?? 0;
    const debit = journal.debit(receipt);
    show(['STORNO', 'BITTE WARTEN']);
    const amountCents = debit?.entry.amountCents ?? 0;
    enter({ action: 'cancellation', phase: 'asking-bank', amountCents, limitMs: this.#options.bankMs });
    await this.#dialogue.pause(this.#options.bankMs);
    if (!debit) return this.#fail('cancellation', 0, codes.notReversible, 'Storno nicht moeglich');
    if (debit.isUndone)
      return this.#fail('cancellation', amountCents, codes.alreadyReversed, 'Bereits storniert');
    journal.turn(receipt, 'reversed');
    await this.#book(
      this.#entry({
        receipt: journal.nextReceipt(),
        action: 'cancellation',
        amountCents,
        state: 'booked',
        undoes: receipt,
      }),
      'STORNO ERFOLGT',
    );
  }

  /** 06 20: the latest transaction that was stored. */
  async repeat(): Promise<void> {
    const latest = this.#options.sim.journal.latestStored;
    if (latest) {
      await this.#say(this.#success(latest));
      await this.#say(says.completion());
    } else await this.#say(says.aborted(codes.functionNotPossible));
  }

  async endOfDay(): Promise<void> {
    const { journal, show, shows, hasFault, loseLine } = this.#options.sim;
    show(['KASSENSCHNITT', 'BITTE WARTEN']);
    await this.#dialogue.pause(this.#options.bankMs);
    if (hasFault('bank-unreachable')) {
      shows(['KASSENSCHNITT', 'KEINE VERBINDUNG']);
      await this.#say(says.aborted(codes.noConnection));
      return;
    }
    const told = journal.closeBatch();
    if (hasFault('loses-end-of-day')) {
      shows(['KASSENSCHNITT', 'ERFOLGT']);
      loseLine();
      return;
    }
    await this.#say(says.totals(told));
    await this.#say(says.completion());
    shows(['KASSENSCHNITT', 'ERFOLGT']);
  }

  /**
   * The vending handshake (PA00P015, 2.2.6): tells that the bank has approved, again and again, until the till says what
   * became of the goods, or says nothing.
   */
  async #hold(entry: ZvtTransaction, fields: Fields, losesAnswer: boolean): Promise<void> {
    const { show, enter, loseLine } = this.#options.sim;
    const answerLimitMs = (says.binaryIn(fields, 0x01) ?? usualAnswerLimitSeconds) * 1_000;
    const mostStatusInfos = says.binaryIn(fields, 0x02) ?? Number.POSITIVE_INFINITY;
    show(['ZAHLUNG GENEHMIGT', 'BITTE WARE ENTNEHMEN']);
    if (losesAnswer) {
      loseLine();
      await this.#dialogue.pause(answerLimitMs);
      return this.#letGo(entry.receipt);
    }
    for (let asked = 1; ; asked++) {
      enter({ action: 'debit', phase: 'holding', amountCents: entry.amountCents, limitMs: answerLimitMs });
      const issued = issuedBy(await this.#dialogue.say(this.#success(entry), answerLimitMs));
      if (issued.kind === 'all' || issued.kind === 'part') {
        const amountCents = issued.kind === 'part' ? issued.amountCents : entry.amountCents;
        this.#options.sim.journal.turn(entry.receipt, 'booked', amountCents);
        return this.#finish('ZAHLUNG ERFOLGT');
      }
      if (issued.kind === 'none') {
        this.#letGo(entry.receipt);
        await this.#say(says.intermediate(shown.reversing));
        await this.#say(says.aborted(codes.abortOrTimeLimit));
        return;
      }
      if (asked > mostStatusInfos) {
        this.#letGo(entry.receipt);
        await this.#say(says.failure(codes.abortOrTimeLimit, 'Abbruch'));
        await this.#say(says.aborted(codes.abortOrTimeLimit));
        return;
      }
      await this.#dialogue.pause(this.#options.askAgainMs);
    }
  }

  /** Asks for a card and then the bank. Undefined when it came to nothing, which has been said then. */
  async #cardFor(
    action: 'debit' | 'credit',
    amountCents: number,
  ): Promise<'approve' | 'timeout-after-approval' | undefined> {
    const { show, enter, customerActs, hasFault } = this.#options.sim;
    const { inputLimitMs, bankMs } = this.#options;
    await this.#say(says.intermediate(shown.insertCard));
    const word = action === 'credit' ? 'GUTSCHRIFT' : 'BETRAG';
    show([`${word} ${says.euros(amountCents)} EUR`, 'KARTE BITTE']);
    const acted = customerActs();
    enter({ action, phase: 'waiting-card', amountCents, limitMs: inputLimitMs });
    const act = await this.#dialogue.within(inputLimitMs, acted);
    const failed = (words: string) => this.#fail(action, amountCents, codes.abortOrTimeLimit, words);
    if (act === 'timed-out') await failed('Zeit abgelaufen');
    else if (act.kind === 'red-key') await failed('Abbruch durch Kunde');
    else if (act.kind === 'abort') await failed('Abbruch durch Kasse');
    if (act === 'timed-out' || act.kind !== 'card') return undefined;
    enter({ action, phase: 'asking-bank', amountCents, limitMs: bankMs });
    show(['ANFRAGE LAEUFT', 'BITTE WARTEN']);
    await this.#say(says.intermediate(hasFault('bank-unreachable') ? shown.offlineMode : shown.askingBank));
    await this.#dialogue.pause(bankMs);
    if (act.bank !== 'decline' && !hasFault('decline')) return act.bank;
    await this.#say(says.intermediate(shown.declined));
    await this.#fail(action, amountCents, codes.declinedByBank, 'Zahlung abgelehnt');
    return undefined;
  }

  /** Books before anything is said about it; tells, and ends. */
  async #book(entry: ZvtTransaction, words: string, losesAnswer = false): Promise<void> {
    const { sim } = this.#options;
    sim.journal.add(entry);
    if (losesAnswer || sim.hasFault('timeout-after-approval')) {
      sim.shows([words, '']);
      sim.loseLine();
      return;
    }
    await this.#say(this.#success(entry));
    await this.#finish(words);
  }

  async #finish(words: string): Promise<void> {
    const { hasFault, loseLine, shows } = this.#options.sim;
    shows([words, 'VIELEN DANK']);
    if (hasFault('timeout-after-approval')) {
      loseLine();
      return;
    }
    if (hasFault('full-pan')) await this.#say(says.printLine(`Karte ${says.wholePan}`));
    await this.#say(says.completion());
  }

  async #fail(
    action: ZvtTransaction['action'],
    amountCents: number,
    code: number,
    words: string,
  ): Promise<void> {
    const { journal, shows } = this.#options.sim;
    const reason = code.toString(16).padStart(2, '0').toUpperCase();
    journal.add(this.#entry({ receipt: 0, action, amountCents, state: 'declined', reason }));
    shows([words.toUpperCase(), '']);
    await this.#say(says.failure(code, words));
    await this.#say(says.aborted(code));
  }

  #letGo(receipt: number): void {
    const { journal, shows } = this.#options.sim;
    journal.turn(receipt, 'reversed');
    shows(['ZAHLUNG STORNIERT', '']);
  }

  /** The till's number one behind ours: it does not count our latest sale, so we take it back (PA00P015, 4). */
  #synchronise(fields: Fields): void {
    const { journal } = this.#options.sim;
    const container = readTlv(fields.get(0x06) ?? new Uint8Array(0));
    const told = container.ok ? findTlv(container.value, receiptMirrorTag) : undefined;
    const latest = journal.latestStored;
    if (!told?.length || latest?.action !== 'debit') return;
    if (says.bcdOf(told) === latest.receipt - 1) journal.turn(latest.receipt, 'reversed');
  }

  /** Says something whose answer changes nothing; a till that does not answer ends the process. */
  async #say(apdu: Apdu): Promise<void> {
    const answer = await this.#dialogue.say(apdu, this.#options.answerLimitMs);
    if (answer === 'silence') throw new ProcessEnded();
  }

  #success(entry: ZvtTransaction): Apdu {
    const { clock, hasFault } = this.#options.sim;
    return says.success(entry, {
      date: new Date(clock.wallMs()),
      showsPan: hasFault('full-pan'),
      showsOtherAmount: hasFault('wrong-echo'),
    });
  }

  #entry(
    entry: Pick<ZvtTransaction, 'receipt' | 'action' | 'amountCents' | 'state'> & Partial<ZvtTransaction>,
  ): ZvtTransaction {
    const { clock, hasFault } = this.#options.sim;
    return {
      offline: hasFault('bank-unreachable'),
      undoes: null,
      reason: null,
      atMs: clock.wallMs(),
      ...entry,
    };
  }
}

function issuedBy(answer: Apdu | 'silence'): Issued {
  if (answer === 'silence') return { kind: 'none' };
  if (answer.command >> 8 === 0x80 || answer.command === 0x8400) return { kind: 'all' };
  if (answer.command === 0x849c) return { kind: 'not-yet' };
  const part = answer.command === 0x849d ? says.amountOf(answer) : null;
  return part === null ? { kind: 'none' } : { kind: 'part', amountCents: part };
}
