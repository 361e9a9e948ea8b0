import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { patienceMs } from './kiosk-in-browser.ts';

/** As the tabs of the panel call them. */
export type PanelDevice = 'Payment terminal' | 'Card dispenser' | 'Receipt printer';

/** The panel's page in a browser, and a hand on it. */
export class PanelInBrowser {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(browser: Browser, url: string): Promise<PanelInBrowser> {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(patienceMs);
    await page.goto(url);
    return new PanelInBrowser(page);
  }

  /** Waits until the button can be pressed. */
  async press(name: string): Promise<void> {
    await this.#page.getByRole('button', { name, exact: true }).click();
  }

  /** Opens the device's tab and ticks, or clears, the box of the fault. */
  async fault(device: PanelDevice, fault: string, on: boolean): Promise<void> {
    await this.#open(device);
    const box = this.#page.getByRole('checkbox', { name: new RegExp(`^${fault}(?!-)`) });
    if ((await box.isChecked()) !== on) await box.click();
    // The box shows what the device says: it is ticked once the device has the fault.
    await expect.poll(() => box.isChecked(), { timeout: patienceMs }).toBe(on);
  }

  async pullCable(device: PanelDevice): Promise<void> {
    await this.#open(device);
    await this.press('Pull the cable');
    await this.#page.getByRole('button', { name: 'Plug it in', exact: true }).waitFor();
  }

  async plugIn(device: PanelDevice): Promise<void> {
    await this.#open(device);
    await this.press('Plug it in');
    await this.#page.getByRole('button', { name: 'Pull the cable', exact: true }).waitFor();
  }

  async #open(device: PanelDevice): Promise<void> {
    const tab = this.#page.getByRole('tab', { name: device });
    await tab.click();
    await this.#page.locator('[role="tab"][aria-selected="true"]', { hasText: device }).waitFor();
  }
}
