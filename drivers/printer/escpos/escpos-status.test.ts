import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  clearBuffers,
  type EscPosAnswer,
  EscPosAnswerParser,
  faultOf,
  statusOfRealTime,
} from './escpos-status.ts';
import vectors from './vectors/printer-status.json' with { type: 'json' };

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

it.each(vectors.realTime)('understands the real-time answers of "$what"', ({ answers, fault }) => {
  const parsed = new EscPosAnswerParser().push(bytesOf(answers));
  expect(parsed.discarded).toBe(0);
  const [a = 0, b = 0, c = 0, d = 0] = parsed.frames.map((answer) =>
    answer.kind === 'real-time' ? answer.byte : Number.NaN,
  );
  expect(faultOf(statusOfRealTime([a, b, c, d]))?.code ?? null).toBe(fault);
});

it.each(vectors.automatic)('understands the automatic status of "$what"', ({ bytes, fault }) => {
  const parsed = new EscPosAnswerParser().push(bytesOf(bytes));
  expect(parsed).toMatchObject({ discarded: 0, frames: [{ kind: 'automatic' }] });
  const [answer] = parsed.frames;
  expect(answer?.kind === 'automatic' && (faultOf(answer.status)?.code ?? null)).toBe(fault);
});

it('tells the end of a roll before it comes', () => {
  expect(statusOfRealTime([0x12, 0x12, 0x12, 0x1e])).toMatchObject({ paperNearEnd: true, paperEnd: false });
});

it('writes the command that clears the buffers, and reads its answer and that of the end mark', () => {
  expect(clearBuffers).toEqual(bytesOf(vectors.clearCommand));
  const answers = new EscPosAnswerParser().push(bytesOf(vectors.clearResponse + vectors.processIdResponse));
  expect(answers).toEqual({
    frames: [{ kind: 'cleared' }, { kind: 'process-id', id: '0042' }],
    discarded: 0,
  });
});

it('finds the same answers however they are cut', () => {
  const whole = bytesOf('12 10 00 0f 00 37 22 30 30 30 31 00 16 37 25 00 14 00 00 00');
  const expected = new EscPosAnswerParser().push(whole).frames;
  expect(expected.map((answer) => answer.kind)).toEqual([
    'real-time',
    'automatic',
    'process-id',
    'real-time',
    'cleared',
    'automatic',
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 8 }), (cuts) => {
      const parser = new EscPosAnswerParser();
      const edges = [0, ...[...cuts].sort((a, b) => a - b), whole.length];
      const found: EscPosAnswer[] = edges.slice(1).flatMap((end, index) => {
        const parsed = parser.push(whole.subarray(edges[index], end));
        expect(parsed.discarded).toBe(0);
        return parsed.frames;
      });
      expect(found).toEqual(expected);
    }),
  );
});

it('throws away what is no answer, counts it and goes on', () => {
  const parsed = new EscPosAnswerParser().push(bytesOf('ff 37 99 10 00 ff 12'));
  expect(parsed).toEqual({ frames: [{ kind: 'real-time', byte: 0x12 }], discarded: 6 });
});

it('accounts for every byte, whatever arrives', () => {
  const lengths = { 'real-time': 1, automatic: 4, 'process-id': 7, cleared: 3 } as const;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const parser = new EscPosAnswerParser();
      const parsed = parser.push(bytes);
      const used = parsed.frames.reduce((sum, answer) => sum + lengths[answer.kind], 0);
      expect(used + parsed.discarded + parser.reset()).toBe(bytes.length);
    }),
  );
});
