import { invariant } from '../../base/invariant.ts';

/** What the QR of an invoice names (Orden HAC/1177/2024 art. 20 and 21). */
export interface InvoiceToCheck {
  readonly nif: string;
  /** 1 to 60 printable ASCII characters. */
  readonly numserie: string;
  /** dd-mm-yyyy */
  readonly fecha: string;
  /** Decimal with a dot, at most 12 digits before it and 2 after. */
  readonly importe: string;
}

const hosts = {
  production: 'https://www2.agenciatributaria.gob.es',
  test: 'https://prewww2.aeat.es',
} as const;

/**
 * The address behind the QR, for an invoice whose record is sent as it is made (VERI*FACTU). It stands at the head of the
 * invoice, 30 to 40 mm square, error level M, under "QR tributario:".
 */
export function qrAddress(invoice: InvoiceToCheck, host: keyof typeof hosts = 'production'): string {
  invariant(
    /^[\x20-\x7e]{1,60}$/.test(invoice.numserie),
    'a number of an invoice is 1 to 60 characters of ASCII',
  );
  invariant(/^-?\d{1,12}(\.\d{1,2})?$/.test(invoice.importe), 'an amount has at most 12 and 2 digits');
  const query = (['nif', 'numserie', 'fecha', 'importe'] as const)
    .map((name) => `${name}=${encodeURIComponent(invoice[name])}`)
    .join('&');
  return `${hosts[host]}/wlpl/TIKE-CONT/ValidarQR?${query}`;
}
