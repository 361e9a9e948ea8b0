import { create as createQr } from 'qrcode';
import { expect, it } from 'vitest';
import { noteText } from './note-text.ts';
import { hardSale, sampleSale } from './test/sample-facts.ts';

it('is the note itself: all that the arrêté 83-50/A asks for, and what finds it again', () => {
  expect(noteText(sampleSale('fr'))).toBe(
    [
      'NOTE 1204, borne borne-1',
      'Cadence Lyon SAS',
      '17 rue de la Part-Dieu, 69003 Lyon',
      'SIRET 123 456 789 00012',
      'TVA FR32123456789',
      '22/11/2026 09:15, Cadence Lyon Part-Dieu',
      'Client Marie-Antoinette Lefebvre de la Tour',
      '1 x 29,90 Tous les jours, premier mois',
      '1 x 25,00 Frais d’adhésion',
      'HT 45,75',
      'TVA 20 % 9,15',
      'TOTAL TTC 54,90 EUR',
      'Carte VISA 4869 aut. 123456',
      'Réf. K7QM-2F9C sign. FUCC',
    ].join('\n'),
  );
});

it('speaks English to who chose it, with the same numbers', () => {
  const text = noteText(sampleSale('en'));
  expect(text).toContain('1 x 29.90 Every day, first month');
  expect(text).toContain('TOTAL WITH VAT 54.90 EUR');
  expect(text).toContain('22/11/2026 09:15');
});

it('says nothing of a record where there is none, and SIMULATION first where it was practice', () => {
  expect(noteText(sampleSale('fr', { fiscal: null }))).toMatch(/^NOTE, borne.*Réf\. K7QM-2F9C$/s);
  const fiscal = { number: '3', signatureMark: 'aBcD', authority: null };
  expect(noteText(sampleSale('fr', { fiscal, training: true }))).toMatch(/^SIMULATION\nNOTE 3/);
});

it('[I14] tells four digits of the card', () => {
  expect(noteText(sampleSale('fr'))).not.toMatch(/\*|\d{13,}/);
});

/**
 * Version 15 has 77 modules, version 23 has 109: with the quiet zone of eight and 160 mm on the screen that is 1.9 and 1.4 mm
 * a module. A phone held at 40 cm reads 0.5 mm.
 */
it('fits a code whose modules a phone reads from the screen', () => {
  const versionOf = (text: string) => createQr(text, { errorCorrectionLevel: 'M' }).version;
  expect(versionOf(noteText(sampleSale('fr')))).toBe(15);
  expect(versionOf(noteText(sampleSale('en')))).toBe(14);
  expect(versionOf(noteText(hardSale('fr')))).toBeLessThanOrEqual(23);
});
