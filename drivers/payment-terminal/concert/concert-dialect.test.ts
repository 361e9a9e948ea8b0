import { cents } from '@portillon/core/base/money.ts';
import { expect, it } from 'vitest';
import exchange from '../concert-tlv/vectors/akretion-exchange.json' with { type: 'json' };
import { concertDialect } from './concert-dialect.ts';
import vectors from './vectors/concert-v2.json' with { type: 'json' };

const latin = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const written = (bytes?: Uint8Array) => Buffer.from(bytes ?? []).toString('latin1');
const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const v3 = concertDialect('v3');
const v2 = concertDialect('v2');

it('asks for money in Concert V3 as Caisse-AP does, and in V2 by 34 characters', () => {
  expect(written(v3.charge('debit', payment).text)).toBe(`${exchange.debitRequest}CH009SALE0001ABF0010`);
  const [debit] = vectors.requests;
  const private10 = (text: string) => text.replace('          ', 'SALE0001A ');
  expect(written(v2.charge('debit', payment).text)).toBe(private10(debit?.text ?? ''));
});

it('reads the recorded answers of Concert V3', () => {
  const { read } = v3.charge('debit', payment);
  expect(read(latin(exchange.approvedAnswer))).toMatchObject({ kind: 'captured' });
  expect(read(latin(exchange.cancelledAnswer))).toEqual({ kind: 'cancelled' });
});

it('[I10] is in doubt about an answer of Concert V3 that ends within a field or before AE', () => {
  const { read } = v3.charge('debit', payment);
  const doubt = { kind: 'in-doubt', fault: { code: 'terminal.bad-answer' } };
  expect(read(latin(exchange.approvedAnswer.slice(0, -1)))).toMatchObject(doubt);
  expect(read(latin(exchange.debitRequest))).toMatchObject(doubt);
  expect(v3.status?.(payment).read(latin('nonsense'))).toMatchObject(doubt);
});

it('[CO9] asks a terminal of Concert V3 for its identification, and one of V2 nothing', () => {
  const question = v3.identification?.();
  expect(written(question?.text)).toBe(
    exchange.debitRequest.replace('CD0010', 'CD001I').replace('CB012000000003990', ''),
  );
  const told = (fields: string) => question?.read(latin(`CZ0040300${fields}`));
  expect(told('CD001IAE00210')).toEqual({ status: 'ready' });
  expect(told('CD001IAE00201AF00207')).toMatchObject({ fault: { code: 'terminal.out-of-order' } });
  expect(told('CD001I')).toMatchObject({ status: 'faulted', fault: { code: 'terminal.bad-answer' } });
  expect([v2.identification, v2.status]).toEqual([null, null]);
});

it('[CO10] does not take the late refusal of a charge for a terminal out of order', () => {
  expect(v3.identification?.().read(latin(exchange.cancelledAnswer))).toEqual({ status: 'ready' });
});
