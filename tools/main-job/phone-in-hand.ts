import type { Clock } from '@portillon/core/base/clock.ts';
import jsQR from 'jsqr';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import QRCode from 'qrcode';
import { waitUntil } from './wait-until.ts';

const limitMs = 20_000;

/**
 * Runs in a page before its own scripts: once the page was given a picture to see, its camera shows that picture. Until then
 * the browser's own camera is used.
 */
const cameraThatSees = `(() => {
  const devices = navigator.mediaDevices;
  const browserCamera = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const seen = window.seenByCamera;
    if (!seen) return browserCamera(wanted);
    const image = new Image();
    image.src = seen;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext('2d');
    const stream = canvas.captureStream(10);
    const draw = () => {
      context.drawImage(image, 0, 0);
      if (stream.active) requestAnimationFrame(draw);
    };
    draw();
    return stream;
  };
})()`;

/** Gives a page a camera that can be held before things. */
export async function fitCamera(context: BrowserContext): Promise<void> {
  await context.addInitScript(cameraThatSees);
}

/** What the camera of one page sees from now on: the screen of the other, as it is drawn. */
export async function holdBefore(camera: Page, screen: Page): Promise<void> {
  const picture = `data:image/png;base64,${(await screen.screenshot()).toString('base64')}`;
  await camera.evaluate((seen) => Object.assign(globalThis, { seenByCamera: seen }), picture);
}

/** What the camera of a page sees from now on: a code on a piece of paper. */
export async function holdCodeBefore(camera: Page, text: string): Promise<void> {
  const picture = await QRCode.toDataURL(text, { width: 600, margin: 6 });
  await camera.evaluate((seen) => Object.assign(globalThis, { seenByCamera: seen }), picture);
}

/** A member's phone with the page of the pass: a browser of its own, with nothing of the kiosk's. */
export class PhoneInHand {
  readonly page: Page;
  readonly #clock: Clock;

  private constructor(page: Page, clock: Clock) {
    this.page = page;
    this.#clock = clock;
  }

  /** Opens the page once with a network, as one does at home; it works without one from then on. */
  static async withPage(
    browser: Browser,
    clock: Clock,
    { pageUrl, language }: { readonly pageUrl: string; readonly language: string },
  ): Promise<PhoneInHand> {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      locale: language,
      permissions: ['camera'],
    });
    await fitCamera(context);
    const page = await context.newPage();
    await page.goto(pageUrl);
    await page.getByTestId('show-key').waitFor({ timeout: limitMs });
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    return new PhoneInHand(page, clock);
  }

  /** No network from now on; the page is opened anew. */
  async goOffline(): Promise<void> {
    await this.page.context().setOffline(true);
    await this.page.reload();
    await this.page.getByTestId('show-key').waitFor({ timeout: limitMs });
  }

  /** At the kiosk, with a network: the phone opens what the kiosk shows, and the pass comes by itself. */
  async openLinkAt(kiosk: Page, thenScreen = 'welcome'): Promise<void> {
    await kiosk.getByTestId('open-pass').click();
    const address = await waitUntil(this.#clock, 'a link on the screen', limitMs, async () => {
      const { data, width, height } = PNG.sync.read(await kiosk.screenshot());
      return jsQR(new Uint8ClampedArray(data), width, height)?.data;
    });
    await this.page.bringToFront();
    await this.page.goto(address);
    await this.page.getByTestId('pass-code').locator('svg').waitFor({ timeout: limitMs });
    await kiosk.bringToFront();
    await kiosk.locator('[data-testid="screen-pass"][data-phase="on-phone"]').waitFor({ timeout: limitMs });
    await kiosk.getByTestId('pass-done').click();
    await kiosk.getByTestId(`screen-${thenScreen}`).waitFor({ timeout: limitMs });
  }

  /** At the kiosk, with no network: each reads a code off the other. */
  async enrolAt(kiosk: Page, thenScreen = 'welcome'): Promise<void> {
    await this.page.bringToFront();
    await this.page.getByTestId('show-key').click();
    await this.page.getByTestId('key-code').locator('svg').waitFor({ timeout: limitMs });
    await holdBefore(kiosk, this.page);
    // Two pages of one browser: what lies behind another page is not drawn, and hears no touch.
    await kiosk.bringToFront();
    await kiosk.getByTestId('open-pass').click();
    await kiosk.locator('[data-testid="screen-pass"][data-phase="ready"]').waitFor({ timeout: limitMs });
    await holdBefore(this.page, kiosk);
    await this.page.bringToFront();
    await this.page.getByTestId('read-grant').click();
    await this.page.getByTestId('pass-code').locator('svg').waitFor({ timeout: limitMs });
    await kiosk.bringToFront();
    await kiosk.getByTestId('pass-done').click();
    await kiosk.getByTestId(`screen-${thenScreen}`).waitFor({ timeout: limitMs });
  }

  /** What a scanner reads off the phone's screen now. */
  async scanned(): Promise<string> {
    await this.page.bringToFront();
    return waitUntil(this.#clock, 'a code that can be read off the phone', limitMs, async () => {
      const { data, width, height } = PNG.sync.read(await this.page.screenshot());
      return jsQR(new Uint8ClampedArray(data), width, height)?.data;
    });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
