import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { KioskVisitor } from '@portillon/tools/main-job/kiosk-visitor.ts';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestClub } from './test-club.ts';

/** A loaded machine may be many times slower than the kiosk. */
export const patienceMs = 60_000;

/** Where to keep pictures of what was read; none are taken unless told. */
const pictures = process.env.PORTILLON_PICTURES;

/**
 * Runs in the page: tells every text that stood on the screen, however shortly. A look from outside comes and goes and
 * misses a sentence that stood for half a second.
 */
const recorder = `{
  let last = '';
  const look = () => {
    const screen = document.querySelector('[data-testid^="screen-"]');
    if (!screen) return;
    const step = screen.dataset.testid.slice('screen-'.length) + ' ' + screen.dataset.phase;
    const text = document.body.innerText;
    if (step + text === last) return;
    last = step + text;
    window.wasRead({ step, text });
  };
  addEventListener('DOMContentLoaded', () =>
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true }));
}`;

interface Read {
  readonly step: string;
  readonly text: string;
}

/** The kiosk's page in a browser, a customer before it, and a record of all that this customer has read. */
export class KioskInBrowser {
  readonly page: Page;
  readonly #club: TestClub;
  readonly #read: Read[] = [];
  #from = 0;
  #visitFrom = 0;
  #pictureNo = 0;

  private constructor(page: Page, club: TestClub) {
    this.page = page;
    this.#club = club;
  }

  static async open(browser: Browser, club: TestClub): Promise<KioskInBrowser> {
    const page = await browser.newPage({
      viewport: { width: 1080, height: 1920 },
      reducedMotion: 'reduce',
    });
    const kiosk = new KioskInBrowser(page, club);
    await page.exposeFunction('wasRead', ({ step, text }: Read) => {
      kiosk.#read.push({ step: step.trim(), text: plain(text) });
    });
    await page.addInitScript(recorder);
    await page.goto(club.kioskUrl);
    return kiosk;
  }

  /** Somebody comes: what is read counts from here. Resolves when the contract is signed. */
  async signContract(planId: string): Promise<void> {
    this.begin();
    const { page } = this;
    const visitor = new KioskVisitor({
      page,
      panel: this.#club.panel,
      clock: systemClock,
      language: 'fr',
      photo: 'refused',
      onScreen: async () => undefined,
    });
    await page.getByTestId('language-fr').getByText('Commencer').waitFor({ timeout: patienceMs });
    await visitor.signContract(planId);
  }

  /** What was read before counts no more. */
  begin(): void {
    this.#from = this.#read.length;
    this.#visitFrom = this.#from;
  }

  /**
   * Resolves when these sentences have stood on the screen together, at or after the moment of the last call. Rejects with
   * what is missing and what was read instead.
   */
  async reads(...sentences: readonly string[]): Promise<void> {
    const wanted = sentences.map(plain);
    const look = () => {
      const found = this.#read.findIndex(
        ({ text }, index) => index >= this.#from - 1 && wanted.every((sentence) => text.includes(sentence)),
      );
      if (found >= 0) this.#from = found + 1;
      const last = this.#read.at(-1)?.text ?? '';
      return found >= 0 ? [] : [...wanted.filter((sentence) => !last.includes(sentence)), `read: ${last}`];
    };
    await expect.poll(look, { timeout: patienceMs }).toEqual([]);
  }

  /** The screens of this visit with their phases, in order. */
  get steps(): readonly string[] {
    const steps = this.#read.slice(this.#visitFrom).map(({ step }) => step);
    return steps.filter((step, index) => step !== steps[index - 1]);
  }

  /** Everything read in this visit, for what must not have been said. */
  get wasRead(): string {
    return this.#read
      .slice(this.#visitFrom)
      .map(({ text }) => text)
      .join('\n');
  }

  async press(testId: string): Promise<void> {
    await this.page.getByTestId(testId).click({ timeout: patienceMs });
  }

  /** Resolves when the screen is there in this phase. */
  async at(screen: string, phase = ''): Promise<void> {
    const inPhase = phase === '' ? '' : `[data-phase="${phase}"]`;
    await this.page.locator(`[data-testid="screen-${screen}"]${inPhase}`).waitFor({ timeout: patienceMs });
  }

  /** From the receipt's question to the next customer. */
  async leaveWithoutPaper(): Promise<void> {
    await this.at('receipt');
    await this.press('receipt-none');
    await this.at('welcome');
    await this.leave();
  }

  async leave(): Promise<void> {
    await this.press('finish');
    await this.at('attract');
  }

  /** A picture of this moment, where pictures are wanted. */
  picture(name: string): Promise<void> {
    return this.pictureOf(this.page, name);
  }

  /** Of another page at this moment, in the same row of pictures. */
  async pictureOf(page: Page, name: string): Promise<void> {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    this.#pictureNo += 1;
    const number = String(this.#pictureNo).padStart(2, '0');
    await page.screenshot({ path: join(pictures, `${number}-${name}.png`) });
  }
}

/** Without word joiners, and every white space alike: lines break where they may. */
function plain(text: string): string {
  return text.replaceAll('\u2060', '').replaceAll(/\s+/g, ' ').trim();
}
