import { describe, expect, it } from 'vitest';
import { cents } from '../../base/money.ts';
import { composeTaking, type RecordPlace } from '../compose-record.ts';
import { fiscalSigner, newFiscalKey, receiptCharacters } from '../fiscal-key.ts';
import { fiscalRulesOfFrance } from '../fiscal-rules.ts';
import { fiscalRulesOf } from '../fiscal-rules-of.ts';
import { nothingTaken } from '../perpetual-totals.ts';
import type { Taking } from '../taking.ts';
import { type Alta, type Anulacion, altaText, anulacionText, eventoText, huella } from './huella.ts';
import { qrAddress } from './qr-address.ts';
import { registrationProblem, type StoredRegistration } from './registration-problem.ts';
import vectors from './vectors/veri-factu.json' with { type: 'json' };
import { fiscalRulesOfSpain } from './veri-factu.ts';

describe('[FJ24] the examples of the AEAT', () => {
  it('make one chain of huellas, altas and anulaciones mixed', () => {
    let previous = '';
    for (const { kind, values, text: published, huella: expected } of vectors.registrations) {
      const text =
        kind === 'alta' ? altaText(values as Alta, previous) : anulacionText(values as Anulacion, previous);
      if (published) expect(text).toBe(published);
      previous = huella(text);
      expect(previous).toBe(expected);
    }
  });

  it('include an event of a third party', () => {
    const { values, text, huella: expected } = vectors.event;
    expect(eventoText(values, '')).toBe(text);
    expect(huella(text)).toBe(expected);
  });

  it.each(vectors.qr)('give the address of the QR of $numserie', ({ url, ...invoice }) => {
    expect(qrAddress(invoice)).toBe(url);
  });
});

it('[FJ24] values are trimmed at both ends, inside they stay', () => {
  const [alta] = vectors.registrations;
  const spaced = { ...(alta?.values as Alta), NumSerieFactura: '  12345678/G33 ' };
  expect(altaText(spaced, '')).toBe(alta?.text);
});

it('[FJ24] refuses a number of an invoice that the AEAT cannot read', () => {
  expect(() => qrAddress({ nif: 'A', numserie: 'Nº1', fecha: '01-01-2024', importe: '1.00' })).toThrow();
});

const signer = fiscalSigner(newFiscalKey());
if (!signer) throw new Error('no key');
const place: RecordPlace = {
  est: 'B00000001',
  till: 'B01',
  timeZone: 'Europe/Madrid',
  software: { version: '0.1.0', perimeter: '' },
  no: 1,
  previousSignature: '',
  atMs: Date.parse('2026-11-22T08:15:42Z'),
  signer,
};
const sale: Taking = {
  type: 'VENTE',
  originalNo: null,
  lines: [
    {
      code: 'plan-1',
      label: 'Mensual',
      quantity: '1',
      unitCents: cents(2990),
      grossCents: cents(2990),
      netCents: cents(2471),
      vatRate: 2100,
    },
  ],
  payments: [{ means: 'CB', amountCents: cents(2990) }],
  customerId: null,
};

it('[FJ24] a taking becomes an alta, its undoing an anulación with the date of what is voided', () => {
  const spain = fiscalRulesOfSpain({ nif: 'B00000001', series: 'B01-' });
  const sold = composeTaking(place, sale, nothingTaken).record;
  const first = spain.registration(sold, '', null);
  expect(first?.text).toBe(
    'IDEmisorFactura=B00000001&NumSerieFactura=B01-1&FechaExpedicionFactura=22-11-2026&TipoFactura=F2&CuotaTotal=5.19&ImporteTotal=29.90&Huella=&FechaHoraHusoGenRegistro=2026-11-22T09:15:42+01:00',
  );
  const undone = composeTaking(
    { ...place, no: 2, previousSignature: sold.signature, atMs: place.atMs + 86_400_000 },
    {
      ...sale,
      type: 'ANNUL',
      originalNo: 1,
      lines: sale.lines.map((line) => ({
        ...line,
        quantity: '-1',
        grossCents: cents(-2990),
        netCents: cents(-2471),
      })),
      payments: [{ means: 'CB', amountCents: cents(-2990) }],
    },
    nothingTaken,
  ).record;
  expect(spain.registration(undone, first?.digest ?? '', sold)?.text).toBe(
    `IDEmisorFacturaAnulada=B00000001&NumSerieFacturaAnulada=B01-1&FechaExpedicionFacturaAnulada=22-11-2026&Huella=${first?.digest}&FechaHoraHusoGenRegistro=2026-11-23T09:15:42+01:00`,
  );
  expect(spain.receiptMarks(sold)).toMatchObject({
    characters: null,
    qrAddress:
      'https://www2.agenciatributaria.gob.es/wlpl/TIKE-CONT/ValidarQR?nif=B00000001&numserie=B01-1&fecha=22-11-2026&importe=29.90',
  });
});

it('[FJ24] France has no registration and shows four characters', () => {
  const { record } = composeTaking(place, sale, nothingTaken);
  expect(fiscalRulesOfFrance.registration(record, '', null)).toBeNull();
  expect(fiscalRulesOfFrance.receiptMarks(record).characters).toBe(receiptCharacters(record.signature));
});

it('[FJ30] the country of the seller decides, and a number that is no NIF sells nothing', () => {
  expect(fiscalRulesOf({ vatNumber: 'FR32123456789' }, 'B01')).toBe(fiscalRulesOfFrance);
  expect(fiscalRulesOf({ vatNumber: 'ES B-0000000-1' }, 'B01')).toMatchObject({
    country: 'ES',
    taxpayerFlaw: null,
  });
  expect(fiscalRulesOf({ vatNumber: 'ES123' }, 'B01').taxpayerFlaw).toBe('"123" is no NIF');
});

it('[FJ29] a registration is made again from its taking, and whatever is changed in it is found', () => {
  const { record } = composeTaking(place, sale, nothingTaken);
  const made = fiscalRulesOf({ vatNumber: 'ESB00000001' }, 'B01').registration(record, '', null);
  if (!made) throw new Error('no registration');
  const stored: StoredRegistration = { ...made, no: 1, takingNo: 1, previousDigest: '' };
  const problem = (change: Partial<StoredRegistration>, before = '', taking: typeof record | null = record) =>
    registrationProblem({ ...stored, ...change }, before, taking, null);
  expect(problem({})).toBeNull();
  expect(problem({}, 'A'.repeat(64))).toContain('does not follow');
  expect(problem({ digest: 'A'.repeat(64) })).toContain('huella that is not its own');
  for (const [from, to] of [
    ['29.90', '29.91'],
    ['F2', 'R5'],
    ['B01-1', 'B01-2'],
    ['22-11-2026', '23-11-2026'],
  ] as const) {
    const text = stored.text.replace(from, to);
    expect(problem({ text, digest: huella(text) })).toContain('something else than its taking');
  }
  expect(problem({ kind: 'anulacion' })).toContain('another kind than its text');
  expect(problem({ text: 'what', digest: huella('what') })).toBe('cannot be read');
  // Of a taking that was purged only link and digest can be told.
  expect(problem({}, '', null)).toBeNull();
});
