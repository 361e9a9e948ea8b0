import { expect, it } from 'vitest';
import { atrOf, decodeVpcdRequest, historicalBytes } from './vpcd-frames.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

// NXP MF3ICD81 data sheet (ATS 06 75 77 81 02 80); the ATR is the one that PC/SC readers report.
it('gives a DESFire the ATR that readers report for it', () => {
  expect(Buffer.from(atrOf(hex('067577810280'))).toString('hex')).toBe('3b8180018080');
});

it('finds the historical bytes after whatever interface bytes the ATS announces', () => {
  expect([...historicalBytes(hex('067577810280'))]).toEqual([0x80]);
  expect([...historicalBytes(hex('0500aabbcc'))]).toEqual([0xaa, 0xbb, 0xcc]);
  expect([...historicalBytes(hex('0120'))]).toEqual([]);
  expect([...historicalBytes(hex('01'))]).toEqual([]);
});

it('tells the orders of vpcd from command APDUs', () => {
  const types = ['00', '01', '02', '04', '05', '', '90600000'].map(
    (body) => decodeVpcdRequest(hex(body))?.type,
  );
  expect(types).toEqual(['power-off', 'power-on', 'reset', 'atr', undefined, undefined, 'apdu']);
});
