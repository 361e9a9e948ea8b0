import { sha256Hex } from '../../crypto/digest.ts';

/**
 * The chain of VERI*FACTU (Orden HAC/1177/2024 art. 13; string form: AEAT, huella v0.1.2): `Name=value` joined by `&`, in
 * this order, values trimmed at both ends and written as in the XML, SHA-256 in 64 upper-case hex digits.
 */
export interface Alta {
  readonly IDEmisorFactura: string;
  readonly NumSerieFactura: string;
  /** dd-mm-yyyy */
  readonly FechaExpedicionFactura: string;
  /** F1, F2 (simplified), F3, R1 to R5. */
  readonly TipoFactura: string;
  /** Decimal with a dot, the digits as they stand in the XML. */
  readonly CuotaTotal: string;
  readonly ImporteTotal: string;
  /** ISO 8601 with offset. */
  readonly FechaHoraHusoGenRegistro: string;
}

/** An invoice is voided by a record of its own, in the same chain as the altas. */
export interface Anulacion {
  readonly IDEmisorFacturaAnulada: string;
  readonly NumSerieFacturaAnulada: string;
  readonly FechaExpedicionFacturaAnulada: string;
  readonly FechaHoraHusoGenRegistro: string;
}

/** An event of a system that does not send its records as they are made (Orden art. 9). */
export interface Evento {
  /** NIF of the maker of the system. */
  readonly NIF: string;
  readonly ID: string;
  readonly IdSistemaInformatico: string;
  readonly Version: string;
  readonly NumeroInstalacion: string;
  /** NIF of the taxpayer; the string calls it `NIF` as well. */
  readonly TaxpayerNIF: string;
  readonly TipoEvento: string;
  readonly FechaHoraHusoGenEvento: string;
}

/** `previous` is the huella before it in the chain of this taxpayer and installation, empty for the first. */
export function altaText(alta: Alta, previous: string): string {
  return joined([
    ['IDEmisorFactura', alta.IDEmisorFactura],
    ['NumSerieFactura', alta.NumSerieFactura],
    ['FechaExpedicionFactura', alta.FechaExpedicionFactura],
    ['TipoFactura', alta.TipoFactura],
    ['CuotaTotal', alta.CuotaTotal],
    ['ImporteTotal', alta.ImporteTotal],
    ['Huella', previous],
    ['FechaHoraHusoGenRegistro', alta.FechaHoraHusoGenRegistro],
  ]);
}

export function anulacionText(anulacion: Anulacion, previous: string): string {
  return joined([
    ['IDEmisorFacturaAnulada', anulacion.IDEmisorFacturaAnulada],
    ['NumSerieFacturaAnulada', anulacion.NumSerieFacturaAnulada],
    ['FechaExpedicionFacturaAnulada', anulacion.FechaExpedicionFacturaAnulada],
    ['Huella', previous],
    ['FechaHoraHusoGenRegistro', anulacion.FechaHoraHusoGenRegistro],
  ]);
}

export function eventoText(evento: Evento, previous: string): string {
  return joined([
    ['NIF', evento.NIF],
    ['ID', evento.ID],
    ['IdSistemaInformatico', evento.IdSistemaInformatico],
    ['Version', evento.Version],
    ['NumeroInstalacion', evento.NumeroInstalacion],
    ['NIF', evento.TaxpayerNIF],
    ['TipoEvento', evento.TipoEvento],
    ['HuellaEvento', previous],
    ['FechaHoraHusoGenEvento', evento.FechaHoraHusoGenEvento],
  ]);
}

function joined(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name}=${value.trim()}`).join('&');
}

/** TipoHuella 01. */
export function huella(text: string): string {
  return sha256Hex(text).toUpperCase();
}
