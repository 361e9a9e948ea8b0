import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import type { SaleId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { fullName } from '@portillon/core/sale/answers.ts';
import { paymentReference } from '@portillon/core/sale/sale-reference.ts';
import type { NotPaidReason, SaleEnding } from '@portillon/core/sale/sale-state.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { Printer } from '@portillon/drivers/printer/printer.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { ticketPrintIntent } from '../../store/intents.ts';
import { type CardSlipFacts, cardSlipBlocks } from '../documents/card-slip.ts';
import { type CaseSlipFacts, caseSlipBlocks } from '../documents/case-slip.ts';
import { contractCopyBlocks } from '../documents/contract-copy.ts';
import { contractText } from '../documents/contract-text.ts';
import type { FiscalFacts, PlaceFacts, SaleFacts } from '../documents/document-facts.ts';
import { mandateCopyBlocks } from '../documents/mandate-copy.ts';
import { mandateText } from '../documents/mandate-text.ts';
import { noteText } from '../documents/note-text.ts';
import { receiptBlocks } from '../documents/receipt.ts';
import { ticketBlocks } from '../documents/ticket.ts';
import type { EdgeConfig } from '../edge-config.ts';
import type { SaleMandate } from './draw-up-mandate.ts';
import type { CopyOnScreen } from './kiosk-stage.ts';
import { bridgeOf, isPractice, type RefundSale, type SaleInProgress } from './sale-in-progress.ts';

export interface PaperTrailOptions {
  readonly config: Pick<EdgeConfig, 'name'>;
  readonly store: EdgeStore;
  readonly printer: Printer | null;
  /** Name and version of this program, for the foot of a receipt. */
  readonly software: string;
  readonly club: () => ClubRecord | null;
  /** A slip that nobody asked for begins to come out. */
  readonly onSlipBegun?: () => void;
  /** What the fiscal journal says of a sale; null when it has no record of it. */
  readonly fiscalOf?: (saleId: SaleId) => Promise<FiscalFacts | null>;
  /**
   * Enters a duplicate in the fiscal journal before it goes out (FJ16; LNE, exigence 9). Resolves with its number, which is
   * printed on it; null where the journal has no record of the sale. Rejects when it cannot be recorded: then nothing is
   * printed.
   */
  readonly recordDuplicate?: (saleId: SaleId) => Promise<number | null>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: () => void;
}

const owedAfter: Partial<Record<SaleEnding, CaseSlipFacts['owed']>> = {
  'card-owed': 'card',
  'money-owed': 'money',
  'in-doubt': 'an-answer',
};

/** Nobody knows yet whether money was given back: the slip must not speak of a payment. */
function owedBy(sale: SaleInProgress, ending: SaleEnding): CaseSlipFacts['owed'] | undefined {
  const owed = owedAfter[ending];
  if (owed === 'card' && bridgeOf(sale)) return 'ticket';
  return owed === 'an-answer' && sale.product === 'refund' ? 'a-refund' : owed;
}

/** A practice has kinds of its own, so that nothing of it is told to the base after a restart (SA53). */
const receiptKind = 'print.receipt';
const practiceReceiptKind = 'print.practice-receipt';
/** Printed unasked, and told to nobody: the base asks after receipts of sales. */
const creditNoteKind = 'print.credit-note';
const contractCopyKind = 'print.contract-copy';

function receiptKindOf(sale: SaleInProgress): string {
  if (isPractice(sale)) return practiceReceiptKind;
  return sale.product === 'refund' ? creditNoteKind : receiptKind;
}

export type PrintResult = 'printed' | 'not-printed' | 'unknown';

/**
 * What a sale leaves on paper and as a note on the screen. Each piece of paper has its intent before and its outcome after; a
 * receipt that is or may be on paper already is printed again only as a numbered duplicate (I11).
 */
export class PaperTrail {
  readonly #options: PaperTrailOptions;
  /** Slips begun since the start; those before it stand in the store. */
  readonly #slipsBegun = new Set<string>();

  constructor(options: PaperTrailOptions) {
    this.#options = options;
  }

  /**
   * After a start: what was being printed when the power went is not known, and says so from now on. Tells what became of
   * the receipt of the sale: `none` was begun, or surely failed.
   */
  async resume(sale: SaleInProgress | null): Promise<'none' | 'interrupted' | 'printed'> {
    const { store } = this.#options;
    const ours = sale && { kind: receiptKindOf(sale), saleId: sale.saleId };
    let interrupted = false;
    for (const { intentId, kind, subject } of await store.intents.unfinishedIntents()) {
      if (!kind.startsWith('print.')) continue;
      await store.recordOutcome(intentId, 'unknown');
      interrupted ||= kind === ours?.kind && subject === ours.saleId;
      if (kind === receiptKind) await this.#told(subject as SaleId, 'unknown');
    }
    if (interrupted) return 'interrupted';
    return ours && (await this.#receiptsOnPaper(ours.kind, ours.saleId)) > 0 ? 'printed' : 'none';
  }

  /**
   * The electronic note of a sale that was paid, as plain text. The law gives it to everybody from 25 € on (arrêté 83-50/A):
   * when store or journal cannot be read it is made of what the sale itself knows. Null, and a word in the log, when even
   * that fails.
   */
  async note(sale: SaleInProgress): Promise<string | null> {
    const { log } = this.#options;
    try {
      const recorded = await this.#recorded(sale).catch((error: unknown) => {
        log.error('kiosk.note-without-record', { saleId: sale.saleId, detail: String(error) });
        return { atMs: sale.agreedAtMs, fiscal: null };
      });
      return noteText(this.#saleFacts(sale, recorded, 0));
    } catch (error) {
      log.error('kiosk.note-not-made', { saleId: sale.saleId, detail: String(error) });
      return null;
    }
  }

  /** The receipt first, then each ticket that is not on paper yet. A ticket that is not surely on paper is shown on the screen instead. */
  async print(sale: SaleInProgress): Promise<{ readonly receipt: PrintResult; readonly tickets: boolean }> {
    try {
      const kind = receiptKindOf(sale);
      const copyNo = await this.#nextCopyNo(kind, sale.saleId);
      const facts = this.#saleFacts(sale, await this.#recorded(sale), copyNo);
      const receipt = await this.#printOnce(kind, sale.saleId, { copyNo }, receiptBlocks(facts));
      await this.settle(sale, receipt === 'not-printed' ? 'failed' : receipt);
      return { receipt, tickets: receipt === 'printed' && (await this.handTickets(sale)) };
    } catch (error) {
      this.#options.log.error('kiosk.print-failed', { saleId: sale.saleId, detail: String(error) });
      return { receipt: 'not-printed', tickets: false };
    }
  }

  /** 0 for the original. A duplicate has the number that the journal gives it. */
  async #nextCopyNo(kind: string, saleId: SaleId): Promise<number> {
    const onPaper = await this.#receiptsOnPaper(kind, saleId);
    if (onPaper === 0) return 0;
    return (await this.#options.recordDuplicate?.(saleId)) ?? onPaper;
  }

  /** Prints each ticket that is not on paper yet; true when all of them are. Never rejects: the screen has them too. */
  async handTickets(sale: SaleInProgress): Promise<boolean> {
    const { store, log } = this.#options;
    try {
      const club = this.#club();
      for (const ticket of sale.tickets) {
        const before = await store.intents.outcomesOf(ticketPrintIntent, ticket.credentialId, sale.saleId);
        if (before.includes('printed')) continue;
        const product = sale.product === 'day-entry' ? sale.product : 'membership';
        const blocks = ticketBlocks({ ...this.#place(sale, club), product }, ticket);
        if ((await this.#printOnce(ticketPrintIntent, ticket.credentialId, {}, blocks)) !== 'printed')
          return false;
      }
      return true;
    } catch (error) {
      log.error('kiosk.ticket-not-printed', { saleId: sale.saleId, detail: String(error) });
      return false;
    }
  }

  /** SA80: a member's ticket, which stands in for the pass; false where it is not surely on paper. Never rejects. */
  async handBridge(sale: SaleInProgress): Promise<boolean> {
    const { store, log } = this.#options;
    const ticket = bridgeOf(sale);
    if (!ticket) return false;
    try {
      const before = await store.intents.outcomesOf(ticketPrintIntent, ticket.credentialId, sale.saleId);
      if (before.includes('printed')) return true;
      const place = this.#place(sale, this.#club());
      const blocks = ticketBlocks(
        { ...place, product: 'bridge' },
        { text: ticket.text, validToMs: ticket.ticketToMs },
      );
      return (await this.#printOnce(ticketPrintIntent, ticket.credentialId, {}, blocks)) === 'printed';
    } catch (error) {
      log.error('kiosk.ticket-not-printed', { saleId: sale.saleId, detail: String(error) });
      return false;
    }
  }

  /** Whether all tickets of a sale came out on paper, of which the screen tells (SA21); false where it has none. */
  async ticketsPrinted({ saleId, tickets }: SaleInProgress): Promise<boolean> {
    const { intents } = this.#options.store;
    for (const { credentialId } of tickets) {
      if (!(await intents.outcomesOf(ticketPrintIntent, credentialId, saleId)).includes('printed'))
        return false;
    }
    return tickets.length > 0;
  }

  /**
   * What has become of the copy of the contract: there is one a visit, and one that surely did not come out does not count.
   * `none` where it cannot be made word for word as it was signed.
   */
  async contractCopy(sale: SaleInProgress): Promise<Exclude<CopyOnScreen, 'printing'>> {
    const { printer, store, log } = this.#options;
    if (!printer || sale.product !== 'membership' || !sale.contract) return 'none';
    const text = contractText(sale.contract.facts).join('\n');
    if (sha256Hex(text) !== sale.contract.textSha256) {
      // Signed before an update of this program that words the contract otherwise.
      log.warn('kiosk.contract-worded-otherwise', { saleId: sale.saleId });
      return 'none';
    }
    if (sale.mandate?.kind === 'signed' && !isAsSigned(sale.mandate)) {
      log.warn('kiosk.mandate-worded-otherwise', { saleId: sale.saleId });
      return 'none';
    }
    try {
      const outcomes = await store.intents.outcomesOf(contractCopyKind, sale.saleId, sale.saleId);
      const onPaper = outcomes.find((outcome) => outcome !== 'not-printed');
      if (onPaper !== undefined) return onPaper === 'printed' ? 'printed' : 'unknown';
      return outcomes.length === 0 ? 'offered' : 'failed';
    } catch (error) {
      log.error('kiosk.copy-not-offered', { saleId: sale.saleId, detail: String(error) });
      return 'none';
    }
  }

  /** Prints the copy of the contract, with the mandate that was signed with it, unless one is or may be on paper already; resolves with what there is then. */
  async printContractCopy(sale: SaleInProgress): Promise<Exclude<CopyOnScreen, 'printing'>> {
    const before = await this.contractCopy(sale);
    if (before !== 'offered' && before !== 'failed') return before;
    invariant(sale.product === 'membership' && sale.contract, 'a copy is offered of a contract');
    const { contract, mandate, saleReference } = sale;
    const signed = {
      signedAtMs: sale.agreedAtMs,
      timeZone: this.#club().timeZone,
      training: isPractice(sale),
    };
    const blocks = [
      ...contractCopyBlocks({ ...signed, contract: contract.facts, saleReference }),
      ...(mandate?.kind === 'signed'
        ? mandateCopyBlocks({ ...signed, mandate: mandate.facts, signer: mandate.signer })
        : []),
    ];
    const printed = await this.#printOnce(contractCopyKind, sale.saleId, {}, blocks);
    return printed === 'not-printed' ? 'failed' : printed;
  }

  /**
   * The slip of a card payment that was declined or cancelled, printed without being asked for (code de l'environnement,
   * D541-371). Null where no card was shown, so that no payment failed, and where it was printed before.
   */
  async slipOfNotPaid(sale: SaleInProgress, why: NotPaidReason): Promise<PrintResult | null> {
    return why === 'declined' || why === 'cancelled' ? this.#cardSlip(sale, why) : null;
  }

  /** What a sale that was not served leaves in the customer's hand. Null where nothing was paid, or printed before. */
  async slipOfEnding(sale: SaleInProgress, ending: SaleEnding): Promise<PrintResult | null> {
    if (ending === 'given-back') return this.#cardSlip(sale, 'credited');
    const owed = owedBy(sale, ending);
    if (!owed) return null;
    const club = this.#club();
    const blocks = caseSlipBlocks({
      ...this.#place(sale, club),
      owed,
      atMs: this.#options.clock.wallMs(),
      amountCents: sale.totalCents,
      saleReference: sale.saleReference,
      staffPhone: club.staffPhone,
    });
    return this.#slip(sale.saleId, 'print.case-slip', `${sale.saleId}:${owed}`, blocks);
  }

  #cardSlip(sale: SaleInProgress, outcome: CardSlipFacts['outcome']): Promise<PrintResult | null> {
    const attempt = 'attempt' in sale.state ? sale.state.attempt : 1;
    const reference = sale.payment?.reference ?? paymentReference(sale.saleReference, 'payment', attempt);
    const blocks = cardSlipBlocks({
      ...this.#place(sale, this.#club()),
      outcome,
      atMs: this.#options.clock.wallMs(),
      amountCents: sale.totalCents,
      saleReference: sale.saleReference,
      paymentReference: reference,
      card: sale.payment,
    });
    return this.#slip(sale.saleId, 'print.card-slip', `${sale.saleId}:${outcome}:${reference}`, blocks);
  }

  /** Records what became of the receipt; of a practice the base hears nothing. */
  async settle(sale: SaleInProgress, receipt: EventOf<'receipt.settled'>['receipt']): Promise<void> {
    if (!isPractice(sale) && sale.product !== 'refund') await this.#told(sale.saleId, receipt);
  }

  async #told(saleId: SaleId, receipt: EventOf<'receipt.settled'>['receipt']): Promise<void> {
    const { store, clock, log, onEvent } = this.#options;
    try {
      await store.write((tx) =>
        store.outbox.appendEvent(tx, {
          type: 'receipt.settled',
          saleId,
          at: isoTime(clock.wallMs()),
          receipt,
        }),
      );
      onEvent();
    } catch (error) {
      log.error('kiosk.receipt-not-recorded', { saleId, detail: String(error) });
    }
  }

  #club(): ClubRecord {
    const club = this.#options.club();
    invariant(club, 'what is sold is sold in a known club');
    return club;
  }

  #place(sale: SaleInProgress, club: ClubRecord): PlaceFacts {
    return {
      language: sale.language,
      seller: club.legalEntity,
      clubName: club.name,
      till: this.#options.config.name,
      timeZone: club.timeZone,
      training: isPractice(sale),
    };
  }

  async #recorded(sale: SaleInProgress): Promise<Pick<SaleFacts, 'atMs' | 'fiscal'>> {
    const { store, fiscalOf } = this.#options;
    const stored = await store.sales.sale(sale.saleId);
    const { atMs } = stored ? (JSON.parse(stored.json) as { readonly atMs?: number }) : {};
    return { atMs: atMs ?? sale.agreedAtMs, fiscal: (await fiscalOf?.(sale.saleId)) ?? null };
  }

  #saleFacts(sale: SaleInProgress, recorded: Pick<SaleFacts, 'atMs' | 'fiscal'>, copyNo: number): SaleFacts {
    invariant(sale.payment, 'a receipt follows a payment');
    const facts: SaleFacts = {
      ...recorded,
      ...this.#place(sale, this.#club()),
      saleReference: sale.saleReference,
      customerName: sale.product === 'membership' ? fullName(sale.answers) : '',
      lines: sale.lines,
      totalCents: sale.totalCents,
      payment: sale.payment,
      copyNo,
      software: this.#options.software,
    };
    return sale.product === 'refund' ? creditFacts(facts, sale) : facts;
  }

  /** One whose outcome is not known counts: the customer may have it. */
  async #receiptsOnPaper(kind: string, saleId: SaleId): Promise<number> {
    const outcomes = await this.#options.store.intents.outcomesOf(kind, saleId, saleId);
    return outcomes.filter((outcome) => outcome !== 'not-printed').length;
  }

  async #slip(
    saleId: SaleId,
    kind: string,
    subject: string,
    blocks: Parameters<Printer['print']>[0],
  ): Promise<PrintResult | null> {
    const { store } = this.#options;
    if (this.#slipsBegun.has(subject)) return null;
    this.#slipsBegun.add(subject);
    if ((await store.intents.outcomesOf(kind, subject, saleId)).length > 0) return null;
    if (this.#options.printer) this.#options.onSlipBegun?.();
    return this.#printOnce(kind, subject, {}, blocks);
  }

  async #printOnce(
    kind: string,
    subject: string,
    detail: { readonly copyNo?: number },
    blocks: Parameters<Printer['print']>[0],
  ): Promise<PrintResult> {
    const { store, printer, log } = this.#options;
    if (!printer) return 'not-printed';
    try {
      const intent = await store.recordIntent({ kind, subject, detail: { ...detail } });
      const outcome = await printer.print(blocks);
      if (outcome.kind !== 'printed') {
        log.warn('kiosk.not-printed', { kind, code: outcome.fault.code, detail: outcome.fault.detail });
      }
      // Without its outcome the intent counts as not known, which is what a later print needs to hear.
      await store
        .recordOutcome(intent, outcome.kind)
        .catch((error: unknown) => log.error('kiosk.print-not-recorded', { kind, detail: String(error) }));
      return outcome.kind;
    } catch (error) {
      log.error('kiosk.print-not-begun', { kind, detail: String(error) });
      return 'not-printed';
    }
  }
}

function isAsSigned({ facts, textSha256 }: Extract<SaleMandate, { kind: 'signed' }>): boolean {
  return sha256Hex(mandateText(facts).join('\n')) === textSha256;
}

/** A credit note tells what was given back below zero, and names the receipt it takes from. */
function creditFacts(facts: SaleFacts, { original, lines, totalCents }: RefundSale): SaleFacts {
  return {
    ...facts,
    lines: lines.map((line) => ({
      ...line,
      quantity: -line.quantity,
      grossCents: cents(-line.grossCents),
      netCents: cents(-line.netCents),
    })),
    totalCents: -totalCents,
    credit: { originalNo: original.recordNo, saleReference: original.saleReference },
  };
}
