import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fontSizeMm, screenGeometry, touch } from '@portillon/ui/tokens.ts';
import jsQR from 'jsqr';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kioskViewSchema } from '../../bridge/view.ts';
import { type GalleryState, galleryNote, galleryStates, galleryView } from '../gallery/gallery-states.ts';
import { BuiltPages, serveFolder } from './built-pages.ts';
import { launchChromium } from './chromium.ts';
import { screenFaults } from './screen-faults.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pages = new BuiltPages();
let server: Awaited<ReturnType<typeof serveFolder>>;
let browser: Browser;
let page: Page;
const told: string[] = [];

beforeAll(async () => {
  await pages.build();
  server = await serveFolder(pages.folder);
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1080, height: 1920 }, reducedMotion: 'reduce' });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') told.push(message.text());
  });
  page.on('pageerror', (error) => told.push(error.message));
  await page.goto(`${server.url}gallery.html`);
  await page.evaluate(axeSource);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  pages.remove();
});

/** Selector of what is on the page once a state that takes some presses is reached. */
const reached: Partial<Record<NonNullable<GalleryState['doing']>, string>> = {
  'open-call-staff': '[data-testid="staff-call-card"]',
  'open-leave': '[data-testid="leave-card"]',
  'press-continue': '[role="alert"]',
  'photo-framing': '[data-phase="running"]',
  'photo-review': '[data-phase="review"]',
  'own-photo-framing': '[data-phase="running"]',
  'type-iban': '[data-testid="iban"][value="FR76 300"]',
  'type-wrong-iban': '[data-state="wrong-check"]',
  'type-longest-iban': '[data-state="whole"]',
  'type-signature': '[data-testid="sign-typed"]',
};

async function show(state: GalleryState, choice: { lang: string; brand: string; diagonal: number }) {
  told.length = 0;
  const query = new URLSearchParams({
    state: state.name,
    lang: choice.lang,
    brand: choice.brand,
    diagonal: String(choice.diagonal),
  });
  // Loading the page anew for each of hundreds of states takes longer than looking at them.
  await page.evaluate((address) => {
    window.history.replaceState(null, '', address);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, `?${query}`);
  await page.waitForSelector('[data-testid^="screen-"]');
  const selector = state.doing === undefined ? undefined : reached[state.doing];
  if (selector !== undefined) await page.waitForSelector(selector);
  if (state.doing === 'contract-page-2') {
    await page.waitForFunction(() =>
      /2/.test(document.querySelector('[data-testid="contract-page"]')?.textContent ?? ''),
    );
  }
  await page.evaluate(async () => {
    await document.fonts.ready;
    // Looked at is where they end.
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().iterations === 1) animation.finish();
    }
  });
}

function measures(diagonalInches: number) {
  const geometry = screenGeometry(diagonalInches);
  return {
    leastTargetMm: touch.leastTargetMm,
    leastGapMm: touch.leastGapMm,
    touchBandMm: geometry.touchBandMm,
    smallestFontMm: fontSizeMm('small'),
    widthMm: geometry.widthMm,
  };
}

describe('the gallery', () => {
  it('shows only what an edge could send', () => {
    for (const state of galleryStates) {
      const view = galleryView(state, { language: 'fr', brand: 'cadence', diagonalInches: 24 });
      if (view !== null) expect(kioskViewSchema.safeParse(view).error, state.name).toBeUndefined();
    }
  });

  it('has every screen there is', () => {
    const shown = new Set(galleryStates.map((state) => state.screen?.name));
    const names = kioskViewSchema.shape.screen.options.map((option) => option.shape.name.value);
    expect(names.filter((name) => !shown.has(name))).toEqual([]);
  });
});

/** French is the longest; the smallest panel has the least room, the largest the lowest touch band. */
const looks = [
  { lang: 'fr', brand: 'cadence', diagonal: 24 },
  { lang: 'fr', brand: 'elan', diagonal: 21.5 },
  { lang: 'en', brand: 'foulee', diagonal: 32 },
] as const;

describe.each(looks)('in $lang, brand $brand, on $diagonal inches', (look) => {
  it.each(galleryStates)('$name fits, can be reached and read', async (state) => {
    await show(state, look);
    expect(await page.evaluate(screenFaults, measures(look.diagonal))).toEqual([]);
    expect(await accessibilityFaults()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(
      state.screen === null ? 'fr' : look.lang,
    );
    expect(told).toEqual([]);
  });
});

const lookWithNote = looks.flatMap((look) =>
  ['receipt-asking', 'receipt-failed-no-paper', 'trouble-card-forgotten-taken-membership-active'].map(
    (name) => ({
      ...look,
      name,
    }),
  ),
);

it.each(lookWithNote)(
  'the note of $name is read off the pixels of $diagonal inches, and its modules are large enough for a phone',
  async ({ name, ...look }) => {
    const state = galleryStates.find((candidate) => candidate.name === name);
    if (!state) throw new Error('no such state');
    await show(state, look);
    const { width, height, data } = PNG.sync.read(
      await page.locator('[data-testid="note"] .qr').screenshot(),
    );
    const read = jsQR(new Uint8ClampedArray(data), width, height);
    expect(read?.data).toBe(galleryNote.text);
    expect(read?.version).toBe(15);
    const modules = 17 + 4 * (read?.version ?? 0) + 8;
    const mmAcross = (width / 1080) * screenGeometry(look.diagonal).widthMm;
    expect(mmAcross / modules).toBeGreaterThan(1.2);
  },
);

async function accessibilityFaults(): Promise<string[]> {
  return page.evaluate(async () => {
    // Put there by the line before; axe brings no types for a page.
    const { axe } = window as unknown as {
      axe: {
        run(options: unknown): Promise<{
          violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'EN-301-549', 'best-practice'],
      // The house rule is 7:1, WCAG's AAA.
      rules: { 'color-contrast-enhanced': { enabled: true }, region: { enabled: false } },
    });
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
    );
  });
}
