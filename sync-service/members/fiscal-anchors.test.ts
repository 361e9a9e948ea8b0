import type { FiscalHead } from '@portillon/core/wire/messages.ts';
import { describe, expect, it } from 'vitest';
import { fiscalHead } from '../test/test-edge.ts';
import { fiscalVerdict, type KeptAnchor } from './fiscal-anchors.ts';

const at = '2026-11-23T09:00:00.000Z';
const kept = (head: FiscalHead, counter = 5): KeptAnchor => ({ ...head, at, counter });
const later = 6;

describe('what the heads of an edge say', () => {
  it.each([
    ['nothing, when they are what was known', [fiscalHead(7)], [], []],
    ['that the journal has grown', [fiscalHead(8)], [8], []],
    ['that a tail was cut', [fiscalHead(6)], [], [7]],
    ['that another record stands under the number', [fiscalHead(7, 'receipts', 'B')], [], [7]],
    ['that the journal is lost', [], [], [7]],
    ['that a chain was lost while another begins', [fiscalHead(1, 'closings')], [1], [7]],
  ])('[W-FISCAL-3] %s', (_what, heads, news, lost) => {
    const verdict = fiscalVerdict([kept(fiscalHead(7))], heads, later);
    expect(verdict.news.map(({ no }) => no)).toEqual(news);
    expect(verdict.rollbacks.map(({ knownNo }) => knownNo)).toEqual(lost);
  });

  it('[W-FISCAL-3] names both records, for a person to compare', () => {
    const [cut] = fiscalVerdict([kept(fiscalHead(7))], [fiscalHead(6, 'receipts', 'B')], later).rollbacks;
    expect(cut?.detail).toBe(
      `chain receipts: told on ${at}: no. 7, ${'A'.repeat(86)}; now: no. 6, ${'B'.repeat(86)}`,
    );
    const [gone] = fiscalVerdict([kept(fiscalHead(7))], [], later).rollbacks;
    expect(gone?.detail).toMatch(/; now: no record$/);
  });

  it('[W-FISCAL-5] nothing, in a push sent before the one that told more', () => {
    const known = [kept(fiscalHead(7), 5)];
    expect(fiscalVerdict(known, [fiscalHead(6)], 4).rollbacks).toEqual([]);
    expect(fiscalVerdict(known, [fiscalHead(6)], 6).rollbacks).toHaveLength(1);
  });

  it('[W-FISCAL-6] nothing of a thirteenth chain', () => {
    const chains = Array.from({ length: 12 }, (_, index) => fiscalHead(1, `chain ${index}`));
    const known = chains.map((head) => kept(head));
    const heads = [...chains.slice(1), fiscalHead(1, 'one more')];
    expect(fiscalVerdict(known, heads, later)).toMatchObject({
      news: [],
      rollbacks: [{ chain: 'chain 0' }],
      notKept: [{ chain: 'one more' }],
    });
  });
});
