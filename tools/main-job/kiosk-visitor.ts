import type { Clock } from '@portillon/core/base/clock.ts';
import type { PanelClient } from '@portillon/hardware-sims/panel/panel-client.ts';
import type { Page } from 'playwright-core';
import { waitUntil } from './wait-until.ts';

const screenLimitMs = 30_000;
const deviceLimitMs = 30_000;

export interface VisitorOptions {
  readonly page: Page;
  readonly panel: PanelClient;
  readonly clock: Clock;
  readonly language: 'fr' | 'en';
  /** Has a photo taken unless told. */
  readonly photo?: 'taken' | 'refused';
  /** Called when a screen is there, before it is answered. */
  readonly onScreen: (screen: string) => Promise<void>;
}

/** A person at the kiosk who buys a membership: touches the screen, pays, takes the card. */
export class KioskVisitor {
  readonly #options: VisitorOptions;

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  /** From the first touch to the signature. */
  async signContract(planId: string): Promise<void> {
    const { page, language, photo = 'taken' } = this.#options;
    await this.#at('attract');
    await this.#press(`language-${language}`);
    await this.#at('doors');
    await this.#press('door-join');
    await this.#at('plan');
    await this.#press(`plan-${planId}`);
    await this.#press('continue');
    await this.#at('name');
    await page.getByTestId('given-name').fill('Maëlle');
    await page.getByTestId('family-name').fill('Lefèvre-Nguyễn');
    await this.#press('continue');
    await this.#at('birth-date');
    await page.getByTestId('birth-day').fill('3');
    await page.getByTestId('birth-month').fill('8');
    await page.getByTestId('birth-year').fill('1994');
    await this.#press('continue');
    await this.#at('contact');
    await this.#press('contact-none');
    await this.#press('continue');
    await this.#at('iban');
    await page.getByTestId('iban').fill('FR76 3000 6000 0112 3456 7890 189');
    await this.#press('continue');
    await this.#at('photo');
    if (photo === 'taken') {
      await this.#press('photo-consent-yes');
      await this.#press('photo-take');
      await this.#press('photo-use');
    } else {
      await this.#press('photo-refuse');
    }
    await this.#at('consents');
    await this.#press('news-no');
    await page.getByTestId('continue').click();
    await this.#at('check');
    await this.#press('check-continue');
    await this.#at('contract');
    await this.#press('contract-continue');
    await this.#at('mandate');
    await this.#press('mandate-continue');
    await this.#at('sign');
    await this.#draw();
    await this.#press('continue');
    await this.#at('payment');
  }

  /** From the first touch to the welcome, with the ticket on paper. Nobody's name is asked. */
  async buyDayEntry(planId: string): Promise<void> {
    const { page, language } = this.#options;
    await this.#at('attract');
    await this.#press(`language-${language}`);
    await this.#at('doors');
    await this.#press('door-day-entry');
    await this.#at('day-entry');
    await this.#press(`day-entry-${planId}`);
    await page
      .locator('[data-testid="screen-payment"][data-phase="waiting-for-card"]')
      .waitFor({ timeout: deviceLimitMs });
    await this.#payByCard();
    await this.#at('receipt', deviceLimitMs);
    await this.#press('receipt-none');
    await this.#at('welcome', deviceLimitMs);
  }

  /** From the first touch to the welcome. Resolves with the id of the card that was taken. */
  async buyMembership(planId: string): Promise<{ readonly cardId: string }> {
    const { page, panel } = this.#options;
    await this.signContract(planId);
    await page
      .locator('[data-testid="screen-payment"][data-phase="waiting-for-card"]')
      .waitFor({ timeout: deviceLimitMs });
    await this.#options.onScreen('payment-waiting');
    await this.#payByCard();
    await page
      .locator('[data-testid="screen-take-card"][data-phase="at-mouth"]')
      .waitFor({ timeout: deviceLimitMs });
    await this.#options.onScreen('take-card');
    const { cardId } = await panel.world('take-card', {});
    await this.#at('receipt');
    await this.#press('receipt-paper');
    await this.#at('welcome', deviceLimitMs);
    return { cardId };
  }

  /** From the first touch to the welcome, where members get no card. The ticket is on paper, and stays on the screen until it is taken. */
  async buyMembershipWithTicket(planId: string): Promise<void> {
    const { page } = this.#options;
    await this.signContract(planId);
    await page
      .locator('[data-testid="screen-payment"][data-phase="waiting-for-card"]')
      .waitFor({ timeout: deviceLimitMs });
    await this.#payByCard();
    await page
      .locator('[data-testid="screen-your-ticket"][data-phase="on-paper"]')
      .waitFor({ timeout: deviceLimitMs });
    await this.#options.onScreen('your-ticket');
    await this.#press('have-ticket');
    await this.#at('receipt', deviceLimitMs);
    await this.#press('receipt-paper');
    await this.#at('welcome', deviceLimitMs);
  }

  /** From the first touch to the account, with a code that is held to the camera. */
  async showCode(): Promise<void> {
    const { language } = this.#options;
    await this.#at('attract');
    await this.#press(`language-${language}`);
    await this.#at('doors');
    await this.#press('door-membership');
    await this.#at('account');
  }

  /** Ends the visit and waits until nothing of it is on the screen any more. */
  async leave(): Promise<void> {
    await this.#press('finish');
    await this.#at('attract');
  }

  async #payByCard(): Promise<void> {
    const { panel, clock } = this.#options;
    await waitUntil(clock, 'the terminal waits for a card', deviceLimitMs, async () => {
      const { devices } = await panel.club();
      return devices.some(({ kind, view }) => kind === 'terminal' && view.phase === 'waiting-card');
    });
    await panel.world('present-card', { answer: 'approve' });
  }

  async #at(screen: string, limitMs = screenLimitMs): Promise<void> {
    const { page, onScreen } = this.#options;
    await page.getByTestId(`screen-${screen}`).waitFor({ timeout: limitMs });
    await onScreen(screen);
  }

  async #press(testId: string): Promise<void> {
    await this.#options.page.getByTestId(testId).first().click({ timeout: screenLimitMs });
  }

  async #draw(): Promise<void> {
    const { page, clock } = this.#options;
    const box = await waitUntil(clock, 'the field for the signature', screenLimitMs, () =>
      page.getByTestId('sign-canvas').boundingBox(),
    );
    const { mouse } = page;
    await mouse.move(box.x + box.width * 0.15, box.y + box.height * 0.6);
    await mouse.down();
    for (let step = 1; step <= 24; step++) {
      await mouse.move(
        box.x + box.width * (0.15 + step * 0.028),
        box.y + box.height * (0.5 + Math.sin(step) * 0.25),
      );
    }
    await mouse.up();
  }
}
