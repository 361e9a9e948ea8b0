import { closingPayloadSchema, totalsOfTakings } from '../closing.ts';
import { composeClosing, type RecordPlace } from '../compose-record.ts';
import { fiscalSigner, newFiscalKey } from '../fiscal-key.ts';
import { addDays, startOfDayMs } from '../fiscal-time.ts';
import { nothingTaken, type PerpetualTotals } from '../perpetual-totals.ts';
import type { SignedClosing } from '../store-closing.ts';
import type { TakingPayload } from '../taking.ts';
import type { ToldClosing } from '../told-closing.ts';

export const sampleEst = '12345678900012';
const timeZone = 'Europe/Paris';

/** A till that sells for round sums at 20 % and closes its days, for tests of what is made of that. */
export class ClosingTill {
  readonly #name: string;
  readonly #est: string;
  readonly #signer = signerOf();
  #no = 0;
  #ticketNo = 0;
  #previousSignature = '';
  #perpetual: PerpetualTotals = nothingTaken;

  constructor(name: string, est: string = sampleEst) {
    this.#name = name;
    this.#est = est;
  }

  /** A day with sales of these amounts, told as the till would tell it. */
  day(period: string, ...amounts: readonly number[]): ToldClosing {
    const takings = amounts.map((total) => this.#taking(total));
    const { record } = composeClosing(this.#place(startOfDayMs(addDays(period, 1), timeZone)), {
      level: 'J',
      period,
      fromMs: startOfDayMs(period, timeZone),
      toMs: startOfDayMs(addDays(period, 1), timeZone),
      totals: totalsOfTakings(takings, { copies: 1, training: 0 }),
      perpetual: this.#perpetual,
      lastTakingSignature: '',
      closings: [],
    });
    this.#previousSignature = record.signature;
    const { text, payload, signature } = record;
    return { text, payload: payload ?? '', signature, publicKey: this.#signer.publicKey };
  }

  #taking(total: number): TakingPayload {
    this.#ticketNo += 1;
    const ht = Math.round(total / 1.2);
    const { signed, absolute, net } = this.#perpetual;
    this.#perpetual = { signed: signed + total, absolute: absolute + total, net: net + ht };
    return {
      est: this.#est,
      till: this.#name,
      no: this.#ticketNo,
      dt: '2026-11-22T09:15:42+01:00',
      type: 'VENTE',
      ref: '',
      lines: [],
      vat: [{ rate: 2_000, ht, vat: total - ht, ttc: total }],
      total,
      pay: [{ means: 'CB', amount: total, terminal: '', acquirer: '', pan: '', auth: '', umr: '' }],
      customer: '',
      software: { version: '1', perimeter: '' },
      perpHt: this.#perpetual.net,
    };
  }

  #place(atMs: number): RecordPlace {
    this.#no += 1;
    return {
      est: this.#est,
      till: this.#name,
      timeZone,
      software: { version: '0.1.0', perimeter: '' },
      no: this.#no,
      previousSignature: this.#previousSignature,
      atMs,
      signer: this.#signer,
    };
  }
}

export function signerOf() {
  const signer = fiscalSigner(newFiscalKey());
  if (!signer) throw new Error('no key');
  return signer;
}

export function signed({ payload, signature }: ToldClosing): SignedClosing {
  return { closing: closingPayloadSchema.parse(JSON.parse(payload)), signature };
}
