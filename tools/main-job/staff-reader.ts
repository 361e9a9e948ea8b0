import type { Clock } from '@portillon/core/base/clock.ts';
import type { Browser, Page } from 'playwright-core';
import { waitUntil } from './wait-until.ts';

const limitMs = 20_000;

/** Somebody of the staff who looks at the live page in a browser. */
export class StaffReader {
  readonly #page: Page;
  readonly #clock: Clock;

  private constructor(page: Page, clock: Clock) {
    this.#page = page;
    this.#clock = clock;
  }

  static async signIn(
    browser: Browser,
    clock: Clock,
    staff: { readonly url: string; readonly user: string; readonly password: string },
    locale = 'en-GB',
  ): Promise<StaffReader> {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale });
    await page.goto(staff.url);
    await page.locator('#user').fill(staff.user);
    await page.locator('#password').fill(staff.password);
    await page.locator('button[type=submit]').click();
    await page.locator('[data-testid^="club-count-"]').first().waitFor({ timeout: limitMs });
    return new StaffReader(page, clock);
  }

  get page(): Page {
    return this.#page;
  }

  /** The count of the club as displayed. */
  async count(clubId: string): Promise<number> {
    return Number.parseInt((await this.#page.getByTestId(`club-count-${clubId}`).innerText()).trim(), 10);
  }

  /** Waits until the page shows this count. */
  async showsCount(clubId: string, expected: number): Promise<number> {
    return waitUntil(this.#clock, `the staff page shows ${expected} inside`, limitMs, async () => {
      const shown = await this.count(clubId);
      return shown === expected && { shown };
    }).then(({ shown }) => shown);
  }

  /** Rows of passages and refusals as displayed, newest first. */
  async rows(testId: 'passage-row' | 'refusal-row'): Promise<readonly string[]> {
    return this.#page.getByTestId(testId).allInnerTexts();
  }
}
