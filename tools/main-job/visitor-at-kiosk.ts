import type { PanelClient } from '@portillon/hardware-sims/panel/panel-client.ts';
import type { Browser, Page } from 'playwright-core';
import { type Job, limitMs, type Shoot } from './job.ts';
import { KioskVisitor } from './kiosk-visitor.ts';
import { fitCamera } from './phone-in-hand.ts';

export interface VisitorAtKiosk {
  readonly visitor: KioskVisitor;
  readonly page: Page;
}

/** Somebody before the kiosk's first screen; each screen that follows is said, and kept as a picture where the job asks for it. */
export async function visitorAtKiosk(
  { clock, language, say }: Job,
  {
    browser,
    kioskUrl,
    panel,
    shoot,
    withCamera,
  }: {
    readonly browser: Browser;
    readonly kioskUrl: string;
    readonly panel: PanelClient;
    readonly shoot: Shoot;
    /** The kiosk looks at the visitor's phone. */
    readonly withCamera: boolean;
  },
): Promise<VisitorAtKiosk> {
  const context = await browser.newContext({
    viewport: { width: 1080, height: 1920 },
    permissions: ['camera'],
  });
  if (withCamera) await fitCamera(context);
  const page = await context.newPage();
  await page.goto(kioskUrl);
  const visitor = new KioskVisitor({
    page,
    panel,
    clock,
    language,
    onScreen: async (screen) => {
      say(`screen: ${screen}`);
      await shoot(page, `kiosk-${screen}`);
    },
  });
  await page.getByTestId('screen-attract').waitFor({ timeout: limitMs });
  return { visitor, page };
}
