import { SeededRandom } from '@portillon/core/base/random.ts';
import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import { CrtParser, type CrtToken, encodeFrame } from './crt-frame.ts';
import { decodeCommand, decodeReply, encodeCommand, encodeReply } from './crt-message.ts';
import vectors from './vectors/crt-frames.json' with { type: 'json' };

function parse(...pieces: string[]): { tokens: CrtToken[]; discarded: number } {
  const parser = new CrtParser();
  const parsed = pieces.map((piece) => parser.push(bytesOfHex(piece)));
  return {
    tokens: parsed.flatMap(({ frames }) => frames),
    discarded: parsed.reduce((sum, { discarded }) => sum + discarded, 0),
  };
}

function textOf(frame: string): Uint8Array {
  const [token] = parse(frame).tokens;
  return token?.kind === 'frame' ? token.text : new Uint8Array(0);
}

const everyFrame = [...vectors.commands, ...vectors.successes, ...vectors.failures];
const statusReply = 'F2 00 00 06 50 31 30 30 32 30 03 94';

it.each(vectors.commands)('encodes and reads $meaning as the manual does', ({ frame, data, ...rest }) => {
  const command = {
    command: Number.parseInt(rest.command, 16),
    parameter: Number.parseInt(rest.parameter, 16),
    data: bytesOfHex(data),
  };
  expect(hexOf(encodeFrame(0, encodeCommand(command)))).toBe(frame.replaceAll(' ', ''));
  expect(decodeCommand(textOf(frame))).toEqual(command);
});

it.each(vectors.successes)('reads and encodes the reply $meaning', ({ frame, status, text, ...rest }) => {
  const reply = {
    kind: 'success' as const,
    command: Number.parseInt(rest.command, 16),
    parameter: Number.parseInt(rest.parameter, 16),
    status,
    data: Uint8Array.from(Buffer.from(text)),
  };
  expect(decodeReply(textOf(frame))).toEqual(reply);
  expect(hexOf(encodeFrame(0, encodeReply(reply)))).toBe(frame.replaceAll(' ', ''));
});

it.each(vectors.failures)('reads and encodes the failure $meaning', ({ frame, code, ...rest }) => {
  const reply = {
    kind: 'failure' as const,
    command: Number.parseInt(rest.command, 16),
    parameter: Number.parseInt(rest.parameter, 16),
    code,
  };
  expect(decodeReply(textOf(frame))).toEqual(reply);
  expect(hexOf(encodeFrame(0, encodeReply(reply)))).toBe(frame.replaceAll(' ', ''));
});

it('takes 45h for a failure too, as the table of the manual prints it', () => {
  expect(decodeReply(bytesOfHex('45 32 32 31 30'))).toMatchObject({ kind: 'failure', code: '10' });
});

it('takes nothing else for a reply', () => {
  for (const text of ['43 31 30', '50 31 30 30 32', '4E 31 30 31', '50']) {
    expect(decodeReply(bytesOfHex(text)), text).toBeUndefined();
  }
});

it('reads every frame wherever it is cut', () => {
  for (const { frame } of everyFrame) {
    const hex = frame.replaceAll(' ', '');
    for (let cut = 2; cut < hex.length; cut += 2) {
      expect(parse(hex.slice(0, cut), hex.slice(cut))).toEqual(parse(hex));
    }
    expect(parse(hex).tokens).toHaveLength(1);
  }
});

it('tells control bytes from the same bytes inside a frame', () => {
  const text = bytesOfHex('50 31 30 06 15 04');
  const frame = hexOf(encodeFrame(0, text));
  expect(parse(`06${frame}15 04`).tokens).toEqual([
    { kind: 'ack' },
    { kind: 'frame', address: 0, text },
    { kind: 'nak' },
    { kind: 'eot' },
  ]);
});

it('throws a frame with a wrong check byte away, says so, and counts it', () => {
  const wrong = statusReply.replace(/94$/, '95');
  expect(parse(`${wrong}${statusReply}`)).toMatchObject({
    tokens: [{ kind: 'damaged' }, { kind: 'frame' }],
    discarded: 12,
  });
});

it('goes on at the next frame after a length that cannot be, or an end that is missing', () => {
  for (const broken of ['F2 00 FF FF 50 31', 'F2 00 00 06 50 31 30', 'F2 00 00 01 43']) {
    const { tokens, discarded } = parse(broken, `${statusReply}${statusReply}`);
    expect(tokens.at(-1), broken).toMatchObject({ kind: 'frame' });
    expect(tokens[0], broken).toEqual({ kind: 'damaged' });
    expect(discarded, broken).toBeGreaterThanOrEqual(broken.split(' ').length);
  }
});

it('forgets half a frame when told to', () => {
  const parser = new CrtParser();
  parser.push(bytesOfHex('F2 00 00 06 50'));
  expect(parser.reset()).toBe(5);
  expect(parser.push(bytesOfHex(statusReply)).frames).toHaveLength(1);
});

it('never throws nor keeps more than a frame, whatever arrives, and finds the frame that follows', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new SeededRandom(seed);
    const parser = new CrtParser();
    parser.push(random.bytes(random.below(3_000)));
    expect(parser.reset(), `seed ${seed}`).toBeLessThanOrEqual(1_024);
    expect(parser.push(bytesOfHex(statusReply)).frames).toHaveLength(1);
  }
});
