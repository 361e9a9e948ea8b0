import { invariant } from '../../base/invariant.ts';
import type { FiscalRules, Registration } from '../fiscal-rules.ts';
import type { FiscalRecord } from '../record-layout.ts';
import { takingPayloadSchema } from '../taking.ts';
import { altaText, anulacionText, huella } from './huella.ts';
import { qrAddress } from './qr-address.ts';

export interface SpanishTaxpayer {
  readonly nif: string;
  /** The series that takings of this till are numbered in, `B01-`. */
  readonly series: string;
}

/** A person or a company: nine characters, letters in front or at the end (RD 1065/2007 art. 19 and 22). */
const nifPattern = /^[A-Z0-9]\d{7}[A-Z0-9]$/;

/** VERI*FACTU: records are sent as they are made, so that neither a signature nor a log of events is asked (Orden art. 3). */
export function fiscalRulesOfSpain({ nif, series }: SpanishTaxpayer): FiscalRules {
  const factsOf = (taking: FiscalRecord) => {
    const payload = takingPayloadSchema.parse(JSON.parse(taking.payload ?? 'null'));
    const [year, month, day] = payload.dt.slice(0, 10).split('-');
    return {
      payload,
      number: `${series}${taking.no}`,
      date: `${day}-${month}-${year}`,
      total: decimal(payload.total),
      tax: decimal(payload.vat.reduce((sum, row) => sum + row.vat, 0)),
    };
  };
  return {
    country: 'ES',
    keptYearsMin: 6,
    taxpayerFlaw: nifPattern.test(nif) ? null : `"${nif}" is no NIF`,
    registration(taking, previous, original) {
      const { payload, number, date, total, tax } = factsOf(taking);
      if (payload.type === 'ANNUL') {
        invariant(original, 'what is voided is named with its date');
        const voided = factsOf(original);
        return registrationOf(
          'anulacion',
          anulacionText(
            {
              IDEmisorFacturaAnulada: nif,
              NumSerieFacturaAnulada: voided.number,
              FechaExpedicionFacturaAnulada: voided.date,
              FechaHoraHusoGenRegistro: payload.dt,
            },
            previous,
          ),
        );
      }
      return registrationOf(
        'alta',
        altaText(
          {
            IDEmisorFactura: nif,
            NumSerieFactura: number,
            FechaExpedicionFactura: date,
            // F2 is the simplified invoice, allowed up to 3000 euros for sports facilities (RD 1619/2012 art. 4.2 i);
            // R5 is what corrects one.
            TipoFactura: payload.type === 'AVOIR' ? 'R5' : 'F2',
            CuotaTotal: tax,
            ImporteTotal: total,
            FechaHoraHusoGenRegistro: payload.dt,
          },
          previous,
        ),
      );
    },
    receiptMarks(taking) {
      const { number, date, total } = factsOf(taking);
      return {
        number,
        characters: null,
        qrAddress: qrAddress({ nif, numserie: number, fecha: date, importe: total }),
        mentions: ['QR tributario:', 'Factura verificable en la sede electrónica de la AEAT', 'VERI*FACTU'],
      };
    },
  };
}

function registrationOf(kind: Registration['kind'], text: string): Registration {
  return { kind, text, digest: huella(text) };
}

function decimal(amountCents: number): string {
  const digits = String(Math.abs(amountCents)).padStart(3, '0');
  return `${amountCents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
