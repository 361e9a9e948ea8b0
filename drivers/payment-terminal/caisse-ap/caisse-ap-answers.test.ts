import { silentLog } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import exchange from '../concert-tlv/vectors/akretion-exchange.json' with { type: 'json' };
import type { PaymentOutcome } from '../payment-terminal.ts';
import { CaisseApTerminal } from './caisse-ap-terminal.ts';

/** The test is the terminal: it answers in any pieces, too much, too little, or never to the end. */
let clock: VirtualClock;
let transport: MemoryTransport;
let terminal: CaisseApTerminal;
/** What it says to a debit, one piece after another. */
let says: readonly string[];

const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const answerLimitMs = 2_000;
const approved = exchange.approvedAnswer;
const inDoubt = (code: string, detail = '') => ({
  kind: 'in-doubt',
  fault: { code, detail: expect.stringContaining(detail) },
});

/** One field of 999 characters after another, each with a tag of its own: right as far as it goes, and no end. */
const endless = Array.from({ length: 30 }, (_, index) => `Z${String.fromCharCode(65 + (index % 26))}999`)
  .map((head, index) => (index < 26 ? head : head.replace('Z', 'Y')) + 'x'.repeat(999))
  .join('');

beforeEach(async () => {
  clock = new VirtualClock();
  transport = new MemoryTransport();
  says = [];
  transport.onDriverBytes((bytes) => {
    const isDebit = Buffer.from(bytes).toString('latin1').includes('CD0010');
    const pieces = isDebit ? says : [approved.replace('CD0010', 'CD001I')];
    for (const piece of pieces) transport.writeToDriver(Buffer.from(piece, 'latin1'));
  });
  terminal = new CaisseApTerminal({ transport, clock, log: silentLog, answerLimitMs });
  terminal.start();
  await clock.advance(1_000);
});

afterEach(async () => {
  const stopped = terminal.stop();
  await clock.advance(10_000);
  await stopped;
});

async function paid(...pieces: readonly string[]): Promise<PaymentOutcome> {
  says = pieces;
  const outcome = terminal.authorise(payment);
  await clock.advance(10_000);
  return outcome;
}

it.each<[string, readonly string[], object]>([
  ['in one piece', [approved], { kind: 'captured' }],
  ['byte by byte', [...approved], { kind: 'captured' }],
  ['behind garbage', [`\u0000\u0001${approved}`], inDoubt('terminal.bad-answer')],
  ['with garbage behind it', [`${approved}\u0000`], inDoubt('terminal.bad-answer')],
  ['glued to itself', [approved + approved], inDoubt('terminal.bad-answer', 'comes twice')],
  ['cut short', [approved.slice(0, -20)], inDoubt('terminal.no-answer')],
  [
    'with a length that is one too long',
    [approved.replace('CJ012', 'CJ013')],
    inDoubt('terminal.bad-answer'),
  ],
  [
    'with a length that is one too short',
    [approved.replace('CJ012', 'CJ011')],
    inDoubt('terminal.bad-answer'),
  ],
  ['with a length beyond its end', [approved.replace('CG006', 'CG999')], inDoubt('terminal.no-answer')],
  ['to another amount', [approved.replace('3990', '4090')], inDoubt('terminal.bad-answer', 'amount')],
  ['that says nothing known', [approved.replace('AE00210', 'AE00277')], inDoubt('terminal.bad-answer')],
  ['that never ends', [`CZ0040300${endless}`], inDoubt('terminal.bad-answer', '16384')],
  ['that does not come', [], inDoubt('terminal.no-answer')],
])('[I10] an answer %s', async (_what, pieces, outcome) => {
  expect(await paid(...pieces)).toMatchObject(outcome);
  // The next one is as good as any.
  expect(await paid(approved)).toMatchObject({ kind: 'captured' });
});
