import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlBytes, encodeFrame } from './concert-frame.ts';
import {
  atRest,
  concertLimits,
  limitOf,
  next,
  type SessionInput,
  type SessionReport,
  type SessionState,
} from './concert-session.ts';

const text = Uint8Array.from(Buffer.from('0100003990110978SALE0001A A010B010'));
const answer = Uint8Array.from(Buffer.from('010000039901978SALE0001A '));
const say: SessionInput = { kind: 'say', text, mostTries: 4 };
const frame: SessionInput = { kind: 'frame', text: answer };

/** What an input may be called in a table. */
const inputs = {
  say,
  call: { kind: 'say', text: null, mostTries: 2 },
  enq: { kind: 'enq' },
  ack: { kind: 'ack' },
  nak: { kind: 'nak' },
  eot: { kind: 'eot' },
  frame,
  damaged: { kind: 'damaged' },
  noise: { kind: 'noise' },
  limit: { kind: 'limit' },
} as const satisfies Record<string, SessionInput>;
type InputName = keyof typeof inputs;

function nameOfBytes(bytes: Uint8Array): string {
  if (Buffer.compare(bytes, encodeFrame(text)) === 0) return 'TEXT';
  const controls = Object.entries(controlBytes);
  const nameOf = (byte: number) => controls.find(([, known]) => known === byte)?.[0].toUpperCase();
  return [...bytes].map((byte) => nameOf(byte) ?? `?${byte}`).join(' ');
}

function nameOfReport(report: SessionReport): string {
  switch (report.kind) {
    case 'sent':
      return report.acknowledged ? 'sent' : 'sent?';
    case 'not-taken':
      return `not-taken ${report.why}`;
    case 'stray':
      return `stray ${report.token}`;
    default:
      return report.kind;
  }
}

/** Plays the inputs and writes down what goes out and what is reported: `say>ENQ ack>TEXT[leaving]`. */
function play(played: string): { readonly told: string; readonly state: SessionState } {
  let state: SessionState = atRest;
  const told = played.split(' ').map((name) => {
    const known = Object.keys(inputs).find((input): input is InputName => input === name);
    if (!known) throw new Error(`no input ${name}`);
    const step = next(state, inputs[known]);
    state = step.state;
    const reports = step.reports.length > 0 ? `[${step.reports.map(nameOfReport).join(', ')}]` : '';
    return `${step.write && step.write.length > 0 ? nameOfBytes(step.write) : '-'}${reports}`;
  });
  return { told: told.join(' · '), state };
}

describe('a session of Concert', () => {
  it.each([
    ['[CO1] says a text in a call of its own', 'say ack ack', 'ENQ · TEXT[leaving] · EOT[sent]'],
    ['[CO1] hears the answer in a call of the terminal', 'enq frame eot', 'ACK · ACK[heard] · -'],
    ['[CO9] only calls, and hangs up', 'call ack', 'ENQ · EOT[reached]'],
    [
      '[CO2] calls four times, with EOT and a rest between them, and has sent nothing',
      'say limit limit limit limit limit limit limit',
      'ENQ · EOT · ENQ · EOT · ENQ · EOT · ENQ · EOT[not-taken silence]',
    ],
    [
      '[CO2] takes a NAK to its call for a terminal at work',
      'call nak limit nak',
      'ENQ · EOT · ENQ · EOT[not-taken refusal]',
    ],
    [
      '[CO2] takes noise on its calls for wrong line settings',
      'call noise noise limit limit limit',
      'ENQ · - · - · EOT · ENQ · EOT[not-taken noise]',
    ],
    [
      '[CO3] sends a text again on NAK, three times in all, and then it was not taken',
      'say ack nak nak nak',
      'ENQ · TEXT[leaving] · TEXT · TEXT · EOT[not-taken noise]',
    ],
    [
      '[CO3] refuses a damaged answer until it is whole',
      'enq damaged damaged frame eot',
      'ACK · NAK · NAK · ACK[heard] · -',
    ],
    [
      '[CO3] flushes the line when every repeat of an answer is damaged',
      'enq damaged damaged damaged',
      'ACK · NAK · NAK · EOT[not-understood]',
    ],
    [
      '[CO5] [I10] never sends a text again for want of an ACK: it may have been taken',
      'say ack limit enq frame eot',
      'ENQ · TEXT[leaving] · EOT[sent?] · ACK · ACK[heard] · -',
    ],
    [
      '[CO5] hears the answer of a terminal whose ACK was lost',
      'say ack enq frame eot',
      'ENQ · TEXT[leaving] · ACK[sent?] · ACK[heard] · -',
    ],
    [
      '[CO5] takes a terminal that hangs up for one that may have taken the text',
      'say ack eot',
      'ENQ · TEXT[leaving] · -[sent?]',
    ],
    [
      '[CO10] gives way when both call at once, and calls again when the terminal has spoken',
      'say enq frame eot ack ack',
      'ENQ · ACK · ACK[heard] · ENQ · TEXT[leaving] · EOT[sent]',
    ],
    [
      '[CO10] calls again after a while when both gave way',
      'say enq ack limit ack',
      'ENQ · ACK · - · EOT ENQ · TEXT[leaving]',
    ],
    [
      '[CO10] gives way in the rest between two calls too',
      'say limit enq frame eot',
      'ENQ · EOT · ACK · ACK[heard] · ENQ',
    ],
    [
      '[CO10] counts giving way as a try, so that it ends',
      'call enq eot enq eot',
      'ENQ · ACK · ENQ · ACK · -[not-taken silence]',
    ],
    [
      '[CO10] lets a text wait while the terminal speaks',
      'enq say frame eot ack',
      'ACK · - · ACK[heard] · ENQ · TEXT[leaving]',
    ],
    [
      'acknowledges a repeated answer and reports it once',
      'enq frame frame damaged eot',
      'ACK · ACK[heard] · ACK · ACK · -',
    ],
    [
      'flushes the line when a terminal repeats its answer without end',
      'enq frame frame frame frame',
      'ACK · ACK[heard] · ACK · ACK · EOT',
    ],
    [
      'takes a new call for the end of the one before',
      'enq frame enq frame eot',
      'ACK · ACK[heard] · ACK · ACK[heard] · -',
    ],
    [
      'flushes the line when a terminal calls and says nothing, or calls without end',
      'enq limit enq enq enq enq',
      'ACK · EOT · ACK · ACK · ACK · EOT',
    ],
    [
      'flushes the line when text comes out of turn, and leaves single bytes alone',
      'frame damaged ack nak eot noise limit',
      'EOT[stray frame] · EOT[stray damaged] · -[stray ack] · -[stray nak] · - · - · -',
    ],
  ])('%s', (_promise, played, told) => {
    expect(play(played).told).toBe(told);
  });

  it('waits as long as the protocol says', () => {
    const limitAfter = (played: string) => limitOf(play(played).state, concertLimits);
    expect(limitOf(atRest, concertLimits)).toBe(null);
    expect(limitAfter('say')).toBe(1_000);
    expect(limitAfter('say limit')).toBe(1_000);
    expect(limitAfter('say ack')).toBe(3_000);
    expect(limitAfter('enq')).toBe(3_000);
  });

  it('stays the same for what has no place, so that its limit goes on', () => {
    const calling = next(atRest, say).state;
    expect(next(calling, { kind: 'eot' }).state).toBe(calling);
  });

  it('ends every text it was given to say, once, whatever the terminal does', () => {
    const heard = ['enq', 'ack', 'nak', 'eot', 'frame', 'damaged', 'noise', 'limit'] as const;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...heard), { maxLength: 60 }), (names) => {
        const ends = (reports: readonly SessionReport[]) =>
          reports.filter(({ kind }) => ['sent', 'reached', 'not-taken'].includes(kind)).length;
        let { state } = next(atRest, say);
        let ended = 0;
        let sendings = 0;
        // In the end the line goes quiet: limits alone bring every session to rest.
        for (const name of [...names, ...new Array<'limit'>(20).fill('limit')]) {
          const step = next(state, inputs[name]);
          ({ state } = step);
          ended += ends(step.reports);
          if (step.write && nameOfBytes(step.write) === 'TEXT') sendings++;
        }
        expect(state.at).toBe('rest');
        expect(ended).toBe(1);
        expect(sendings).toBeLessThanOrEqual(3);
      }),
    );
  });
});
