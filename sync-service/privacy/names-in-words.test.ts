import { expect, it } from 'vitest';
import { namesThePerson, type Traits, withoutNames } from './names-in-words.ts';

const li: Traits = {
  givenName: 'Léa',
  familyName: 'Li',
  email: 'lea.li@example.org',
  phone: '+33 6 12 34 56 78',
  cardNumbers: ['04A1B2C3D4E5F6'],
};

it.each([
  ['Mme LI came with her card 04a1b2c3d4e5f6', 'Mme […] came with her card […]'],
  ['Léa wrote from Lea.Li@Example.org', '[…] wrote from […]'],
  ['called 06.12.34.56.78 twice', 'called […] twice'],
  ['Lisbonne, Lille and Léanne stay', 'Lisbonne, Lille and Léanne stay'],
  ['Li Léa / Léa, Li', '[…] / […]'],
])('[PV32] takes every name out of words about the member: %s', (words, without) => {
  expect(withoutNames(words, li, true)).toBe(without);
});

it('[PV32] takes out of other words only what means nobody else', () => {
  expect(withoutNames('Let in Léa Li, and another Li', li, false)).toBe('Let in […], and another Li');
  expect(withoutNames('asked lea.li@example.org', li, false)).toBe('asked […]');
  expect(withoutNames('order 30 61 23', li, false)).toBe('order 30 61 23');
});

it('[PV32] has nothing to look for in a member without particulars', () => {
  const nobody = { givenName: null, familyName: null, email: null, phone: null, cardNumbers: [] };
  expect(withoutNames('anything at all', nobody, true)).toBe('anything at all');
});

it('[PV50] sees that a reason names the person', () => {
  expect(namesThePerson('Letter of Mrs Li', li)).toBe(true);
  expect(namesThePerson('Letter 118', li)).toBe(false);
});
