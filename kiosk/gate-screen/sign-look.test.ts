import { gateSigns, publicNotices } from '@portillon/core/access/gate-sign.ts';
import { contrastRatio } from '@portillon/ui/contrast.ts';
import { brands, neutral, status } from '@portillon/ui/tokens.ts';
import { expect, it } from 'vitest';
import { tones } from './gate-tones.ts';
import { lookOf } from './sign-look.ts';

it('[GS11] draws each outcome in a shape of its own, which no other has whatever its colour', () => {
  const outcomes = [
    'idle',
    'granted',
    'wait',
    'again',
    'held-open',
    'locked',
    'out-of-order',
    'emergency',
    'gone',
  ] as const;
  const shapes = [...outcomes, 'full-house' as const].map((sign) => lookOf(sign).shape);
  expect(new Set(shapes).size).toBe(shapes.length);
});

it('[GS2] shows every refusal alike: what it is about stands in words only', () => {
  const looks = publicNotices.map((notice) => lookOf(notice));
  expect(new Set(looks)).toEqual(new Set([{ tone: 'stop', shape: 'circle', sound: 'no' }]));
});

it('[GS11] writes every sign with 7:1 at least', () => {
  for (const sign of ['idle', 'gone', ...gateSigns, ...publicNotices] as const) {
    const { tone } = lookOf(sign);
    const pairs =
      tone === 'brand'
        ? Object.values(brands).map(({ deep }) => [neutral.paper, deep] as const)
        : [[status[tone].text, status[tone].solid] as const];
    for (const [front, back] of pairs) expect(contrastRatio(front, back), sign).toBeGreaterThanOrEqual(7);
  }
});

it('[GS12] sounds different for yes and for no: another count, another pitch, within half a second', () => {
  expect(lookOf('granted').sound).toBe('yes');
  expect(lookOf('see-kiosk').sound).toBe('no');
  const { yes, no, attention } = tones;
  expect(new Set([yes.length, no.length, attention.length]).size).toBe(3);
  expect(Math.max(...no.map(({ hertz }) => hertz))).toBeLessThan(
    Math.min(...yes.map(({ hertz }) => hertz)) / 2,
  );
  for (const notes of Object.values(tones)) {
    expect(Math.max(...notes.map(({ atMs, forMs }) => atMs + forMs))).toBeLessThanOrEqual(500);
  }
});
