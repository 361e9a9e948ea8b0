import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { Printer } from '@portillon/drivers/printer/printer.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { guestTicketBlocks, receiptBlocks } from '../documents/receipt.ts';
import type { EdgeConfig } from '../edge-config.ts';
import type { SaleInProgress } from './sale-in-progress.ts';

interface PaperTrailOptions {
  readonly config: EdgeConfig;
  readonly store: EdgeStore;
  readonly printer: Printer | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: () => void;
}

/** Prints what a sale leaves on paper, each piece once, with its intent before and its outcome after (I11). */
export class PaperTrail {
  readonly #options: PaperTrailOptions;

  constructor(options: PaperTrailOptions) {
    this.#options = options;
  }

  /** The receipt first, then each guest ticket. A ticket that is not surely on paper is shown on the screen instead. */
  async print(
    sale: SaleInProgress,
    club: ClubRecord,
  ): Promise<{ readonly receipt: boolean; readonly tickets: boolean }> {
    const { config, clock } = this.#options;
    invariant(sale.payment, 'a receipt follows a payment');
    const facts = {
      language: sale.language,
      seller: club.legalEntity,
      clubName: club.name,
      till: config.name,
      saleReference: sale.saleReference,
      atMs: clock.wallMs(),
      timeZone: club.timeZone,
      lines: sale.lines,
      totalCents: sale.totalCents,
      payment: sale.payment,
    };
    const receipt = await this.#printOnce(sale, 'print.receipt', receiptBlocks(facts));
    await this.settle(sale, receipt === 'not-printed' ? 'failed' : receipt);
    if (receipt !== 'printed') return { receipt: false, tickets: false };
    for (const ticket of sale.guestTickets) {
      const printed = await this.#printOnce(
        sale,
        'print.guest-ticket',
        guestTicketBlocks(facts, ticket.text),
      );
      if (printed !== 'printed') return { receipt: true, tickets: false };
    }
    return { receipt: true, tickets: true };
  }

  /** Records what became of the receipt. */
  async settle(sale: SaleInProgress, receipt: EventOf<'receipt.settled'>['receipt']): Promise<void> {
    const { store, clock, log, onEvent } = this.#options;
    try {
      await store.write((tx) =>
        store.outbox.appendEvent(tx, {
          type: 'receipt.settled',
          saleId: sale.saleId,
          at: isoTime(clock.wallMs()),
          receipt,
        }),
      );
      onEvent();
    } catch (error) {
      log.error('kiosk.receipt-not-recorded', { saleId: sale.saleId, detail: String(error) });
    }
  }

  async #printOnce(
    sale: SaleInProgress,
    kind: string,
    blocks: Parameters<Printer['print']>[0],
  ): Promise<'printed' | 'not-printed' | 'unknown'> {
    const { store, printer, log } = this.#options;
    if (!printer) return 'not-printed';
    const intent = await store.recordIntent({ kind, subject: sale.saleId, detail: {} });
    const outcome = await printer.print(blocks);
    if (outcome.kind !== 'printed') {
      log.warn('kiosk.not-printed', { kind, code: outcome.fault.code, detail: outcome.fault.detail });
    }
    await store.recordOutcome(intent, outcome.kind);
    return outcome.kind;
  }
}
