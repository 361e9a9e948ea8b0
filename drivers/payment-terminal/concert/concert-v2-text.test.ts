import { cents } from '@portillon/core/base/money.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentOutcome } from '../payment-terminal.ts';
import {
  decodeV2Answer,
  decodeV2Request,
  encodeV2Answer,
  encodeV2Request,
  v2Outcome,
  v2Request,
} from './concert-v2-text.ts';
import vectors from './vectors/concert-v2.json' with { type: 'json' };

const latin = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const written = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const request = v2Request('01', 'debit', payment);
const badAnswer = { kind: 'in-doubt', fault: { code: 'terminal.bad-answer' } };

/** An answer to the debit of 39.90 EUR, with one part of it written otherwise. */
function outcomeOf(
  status: '0' | '7' | '9',
  from = '',
  to = '',
  report: string | null = null,
): PaymentOutcome {
  const { till, amountCents, currency, correlation } = request;
  const text = written(
    encodeV2Answer({ till, status, amountCents, mode: '1', currency, correlation }, report),
  );
  expect(text).toContain(from);
  return v2Outcome(request, latin(text.replace(from, to)));
}

describe('requests', () => {
  it.each(vectors.requests)('reads a $meaning as the source lays it out', ({ text, fields }) => {
    expect(decodeV2Request(latin(text))).toEqual({ ok: true, value: fields });
  });

  it.each(vectors.requests)('writes a $meaning as the source does', ({ text }) => {
    const read = decodeV2Request(latin(text));
    expect(read.ok && written(encodeV2Request(read.value))).toBe(text);
  });

  it('[CO6] carries the last ten characters of our reference', () => {
    const long = v2Request('01', 'debit', { ...payment, reference: '20261125X0A1B2C3D4EF' });
    expect(written(encodeV2Request(long))).toBe('0100003990110978A1B2C3D4EFA010B010');
    expect(written(encodeV2Request(request))).toBe('0100003990110978SALE0001A A010B010');
  });

  it('refuses an amount or a reference that the fields cannot hold', () => {
    expect(() => encodeV2Request({ ...request, amountCents: cents(100_000_000) })).toThrow('8 digits');
    expect(() => v2Request('01', 'debit', { ...payment, reference: 'a b' })).toThrow('reference');
  });
});

describe('answers', () => {
  it.each(vectors.answers)('[CO4] reads $meaning', ({ text, fields }) => {
    expect(decodeV2Answer(latin(text))).toEqual({ ok: true, value: fields });
  });

  it('[CO7] tells money that was taken, nothing taken, and a result that is not known', () => {
    expect(outcomeOf('0')).toMatchObject({ kind: 'captured', slip: { amountCents: 3_990, scheme: 'CB' } });
    expect(outcomeOf('7')).toEqual({ kind: 'declined', reason: 'not-completed' });
    expect(outcomeOf('9')).toMatchObject(badAnswer);
  });

  it.each([
    ['another amount', '00003990', '00004090'],
    ['another till', '01', '02'],
    ['another currency', '978', '756'],
    ['another private field', 'SALE0001A ', 'SALE0002A '],
    ['no private field', 'SALE0001A ', '          '],
    ['an unknown status', '010', '015'],
    ['a character too many', '978', '9780'],
    ['no end', '978SALE0001A ', '978'],
  ])('[CO6] [I10] is in doubt about an answer with %s, whatever it says', (_what, from, to) => {
    expect(outcomeOf('0', from, to)).toMatchObject(badAnswer);
  });

  it('[CO6] [I10] is in doubt about a `not done` that belongs to another payment', () => {
    expect(outcomeOf('7', 'SALE0001A', 'SALE0002A')).toMatchObject(badAnswer);
  });

  it('[CO8] [I14] keeps the last four digits of a card that a terminal sends whole, and none of one it cannot tell', () => {
    const pan = '4970109876544869';
    const slip = (report: string) => {
      const outcome = outcomeOf('0', '', '', report);
      const text = JSON.stringify(outcome);
      expect(text).not.toContain(pan.slice(0, 12));
      expect(text).not.toContain(pan.slice(6));
      return outcome.kind === 'captured' ? outcome.slip.maskedPan : outcome.kind;
    };
    expect(slip(`${pan}  29126647652`)).toBe('************4869');
    expect(slip('497010######4869   2912')).toBe('************4869');
    expect(slip(`${pan}29126647652`)).toBe('');
    expect(slip(`CARTE ${pan}`)).toBe('');
    expect(JSON.stringify(outcomeOf('0', 'SALE0001A ', pan.slice(0, 10)))).not.toContain(pan.slice(0, 10));
  });

  it('answers any bytes with a verdict', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(v2Outcome(request, bytes)).toMatchObject(badAnswer);
        expect(decodeV2Request(bytes).ok).toBe(false);
      }),
    );
  });
});
