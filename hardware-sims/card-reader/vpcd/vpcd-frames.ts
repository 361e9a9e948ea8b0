/**
 * What pcscd's virtual reader (vsmartcard's vpcd) says to the card: two bytes of length, big-endian, then that many. One
 * byte is an order, more is a command APDU. The card answers APDUs and the ATR request in the same form, nothing else.
 */
export type VpcdRequest =
  | { readonly type: 'power-off' }
  | { readonly type: 'power-on' }
  | { readonly type: 'reset' }
  | { readonly type: 'atr' }
  | { readonly type: 'apdu'; readonly apdu: Uint8Array };

const orders: Readonly<Record<number, VpcdRequest['type']>> = {
  0: 'power-off',
  1: 'power-on',
  2: 'reset',
  4: 'atr',
};

/** The request in these bytes without their length; undefined for an order nobody has defined. */
export function decodeVpcdRequest(body: Uint8Array): VpcdRequest | undefined {
  if (body.length > 1) return { type: 'apdu', apdu: body };
  const type = orders[body[0] ?? -1];
  return type === undefined || type === 'apdu' ? undefined : { type };
}

/** ATR that PC/SC part 3 (3.1.3.2.3.1) makes of an ISO 14443-4 card: the historical bytes of its ATS, and a check byte. */
export function atrOf(ats: Uint8Array): Uint8Array {
  const historical = historicalBytes(ats);
  const atr = [0x3b, 0x80 | historical.length, 0x80, 0x01, ...historical];
  return Uint8Array.of(
    ...atr,
    atr.slice(1).reduce((check, byte) => check ^ byte, 0),
  );
}

/** ISO 14443-4 5.2: length, T0, then TA, TB, TC where T0 announces them, then the historical bytes. */
export function historicalBytes(ats: Uint8Array): Uint8Array {
  const format = ats[1];
  if (format === undefined) return new Uint8Array(0);
  const interfaceBytes = [0x10, 0x20, 0x40].filter((bit) => format & bit).length;
  return ats.slice(2 + interfaceBytes, 2 + interfaceBytes + 15);
}
