import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateSigns, publicNotices } from '@portillon/core/access/gate-sign.ts';
import { type PersonLanguage, personLanguages } from '@portillon/core/access/person-language.ts';
import { signSentences } from '@portillon/core/access/sign-sentences.ts';
import { signWords } from '@portillon/core/access/sign-words.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import { contrastRatio } from '@portillon/ui/contrast.ts';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GateScreenView, GateSignShown } from '../bridge/gate-screen-view.ts';
import { GateScreenServer } from '../edge/gate-screen/gate-screen-server.ts';
import { launchChromium } from '../renderer/test/chromium.ts';
import { pageFaults } from './test/page-faults.ts';

/** The page as it is built, at the edge's own server, in a real browser; the test says what is to be shown. */
const pageFolder = mkdtempSync(join(tmpdir(), 'gate-screen-'));
const pictures = process.env.PORTILLON_PICTURES;
const changes = new Listeners<[GateSignShown]>();
let now: GateSignShown = { name: 'idle', language: null, seq: 0 };
let surroundings: Omit<GateScreenView, 'sign'> = {
  gateName: 'Tourniquet 1',
  brand: 'cadence',
  languages: [...personLanguages],
  accepts: 'both',
  sound: true,
};
let server: GateScreenServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

const signNames = ['idle', ...gateSigns, ...publicNotices] as const;
const standing: readonly string[] = ['held-open', 'locked', 'out-of-order', 'emergency'];
/** On the tall one as on the small: there only the fullest, with every language at once. */
const sizes = [
  { width: 480, height: 800, spoken: [...personLanguages, null] },
  { width: 800, height: 480, spoken: [...personLanguages, null] },
  { width: 1024, height: 768, spoken: [null] },
  { width: 1080, height: 1920, spoken: [null] },
] as const;

async function serve(port: number): Promise<void> {
  const gate = {
    gateId: 'gate-1',
    get surroundings() {
      return surroundings;
    },
    signs: {
      get now() {
        return now;
      },
      onChange: (listener: (sign: GateSignShown) => void) => changes.add(listener),
    },
  };
  const options = { host: '127.0.0.1', port, gates: [gate], pageFolder, clock: systemClock, log: silentLog };
  server = new GateScreenServer(options);
  await server.listen();
}

function tell(name: GateSignShown['name'], language: PersonLanguage | null = null): number {
  now = { name, language, seq: now.seq + 1 };
  changes.notify(now);
  return now.seq;
}

/** Resolves when the page shows it. */
async function shown(name: GateSignShown['name'], language: PersonLanguage | null = null): Promise<void> {
  await page.evaluate(`(${onceShown})(${tell(name, language)}, () => undefined)`);
}

/** Runs in the page: looks at it as soon as it shows the sign of that number. A look from outside takes ten times as long. */
function onceShown<T>(seq: number, look: () => T): Promise<T> {
  const place = document.querySelector('main') as HTMLElement;
  return new Promise((resolve) => {
    const isThere = () => Number(place.dataset.seq) >= seq;
    if (isThere()) return resolve(look());
    const observer = new MutationObserver(() => {
      if (!isThere()) return;
      observer.disconnect();
      resolve(look());
    });
    return observer.observe(place, { attributes: true, childList: true });
  });
}

async function picture(name: string): Promise<void> {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

beforeAll(async () => {
  await build({
    root: import.meta.dirname,
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { outDir: pageFolder, emptyOutDir: true, target: 'chrome120' },
  });
  await serve(0);
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 480, height: 800 } });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // When the edge goes, the stream breaks off, and its address cannot be reached for a while: the browser says so.
    if (
      message.type() === 'error' &&
      !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/.test(message.text())
    ) {
      complaints.push(message.text());
    }
  });
  await page.addInitScript(() => {
    const heard: number[] = [];
    Object.assign(globalThis, { heard });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function play(when) {
      heard.push(Math.round(this.frequency.value));
      start.call(this, when);
    };
  });
  await page.goto(server.urlOf('gate-1'));
  await page.locator('main[data-sign="idle"]').waitFor();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(pageFolder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});

it('[GS14] [GS1] has room for every sign in every language, on small and large screens either way up', async () => {
  const faults: string[] = [];
  for (const { spoken, ...size } of sizes) {
    await page.setViewportSize(size);
    const sizeName = `${size.width}x${size.height}`;
    for (const name of signNames) {
      // Of the gate itself, it speaks to everybody.
      const isOfGate = name === 'idle' || standing.includes(name);
      for (const language of isOfGate ? [null] : spoken) {
        const seq = tell(name, language);
        const here = await page.evaluate<string[]>(`(${onceShown})(${seq}, ${pageFaults})`);
        faults.push(...here.map((fault) => `${sizeName} ${name} ${language ?? 'all'}: ${fault}`));
      }
      await picture(`${sizeName}-${name}`);
    }
  }
  expect(faults).toEqual([]);
}, 60_000);

it('[GS7] says it in the language of whoever stands there, and in all of the club where it is not known', async () => {
  await shown('full-house', 'pt');
  const said = await page.locator('main').innerText();
  const { matter, change } = signSentences['full-house'];
  for (const words of [signWords['full-house'].pt, matter.pt, change.pt]) expect(said).toContain(words);
  expect(said).not.toContain(signWords['full-house'].fr);
  expect(await page.locator('html').getAttribute('lang')).toBe('pt');
  surroundings = { ...surroundings, languages: ['es', 'fr', 'en'] };
  await shown('full-house');
  expect(await page.locator('h1').innerText()).toBe(signWords['full-house'].es);
  expect(await page.locator('.other').allInnerTexts()).toEqual(
    (['fr', 'en'] as const).map((language) => signWords['full-house'][language]),
  );
  surroundings = { ...surroundings, languages: [...personLanguages] };
});

it('[GS11] is written and drawn with 7:1 on every ground, as the browser paints it', async () => {
  for (const name of signNames) {
    await shown(name);
    const colours = await page.evaluate(() =>
      ['main', 'h1', '.drawing', '.gate-name', '.other'].map((part) => {
        const style = getComputedStyle(document.querySelector(part) as Element);
        return part === 'main' ? style.backgroundColor : style.color;
      }),
    );
    const [ground = '', ...letters] = colours.map(hexOf);
    for (const letter of letters) expect(contrastRatio(letter, ground), name).toBeGreaterThanOrEqual(7);
  }
});

it('[GS12] is heard once a decision, yes and no apart, and not at all where it is off', async () => {
  const heard = () => page.evaluate(() => (globalThis as unknown as { heard: number[] }).heard.splice(0));
  await page.mouse.click(1, 1);
  await expect
    .poll(async () => {
      await shown('granted');
      return (await heard()).length;
    })
    .toBe(2);
  await shown('full-house');
  await expect.poll(heard).toHaveLength(3);
  await shown('idle');
  await shown('locked');
  surroundings = { ...surroundings, sound: false };
  await shown('granted');
  await shown('full-house');
  expect(await heard()).toEqual([]);
  surroundings = { ...surroundings, sound: true };
});

it('[GS13] moves nothing for those who want no motion', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await shown('granted');
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  await page.emulateMedia({ reducedMotion: null });
});

it('[GS10] says within seconds that the edge is gone, keeps nothing of what stood there, and is back by itself', async () => {
  await page.setViewportSize({ width: 480, height: 800 });
  await shown('see-kiosk', 'es');
  const { port } = new URL(server.urlOf('gate-1'));
  const beganMs = systemClock.monotonicMs();
  await server.close();
  await page.locator('main[data-sign="gone"]').waitFor();
  const tookMs = systemClock.monotonicMs() - beganMs;
  // To the ms it is held by gate-line.test.ts; this page has a machine under it that does other things too.
  expect(tookMs).toBeLessThan(8_000);
  expect(await page.content()).not.toContain(signWords['see-kiosk'].es);
  expect(await page.evaluate(pageFaults)).toEqual([]);
  await picture('480x800-gone');
  now = { ...now, name: 'idle', language: null };
  await serve(Number(port));
  await page.locator('main[data-sign="idle"]').waitFor();
}, 20_000);

/** `rgb(1, 2, 3)`, as a browser tells it. */
function hexOf(colour: string): string {
  const parts = colour.match(/\d+/g)?.slice(0, 3) ?? [];
  return `#${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
}
