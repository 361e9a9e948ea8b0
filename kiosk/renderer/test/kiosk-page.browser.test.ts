import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ScreenMessage } from '../../bridge/messages.ts';
import type { KioskView } from '../../bridge/view.ts';
import { galleryStates, galleryView } from '../gallery/gallery-states.ts';
import { BuiltPages } from './built-pages.ts';
import { launchChromium } from './chromium.ts';
import { EdgeStandIn } from './edge-stand-in.ts';

const pages = new BuiltPages();
let edge: EdgeStandIn;
let browser: Browser;
let page: Page;
let visit = 0;

beforeAll(async () => {
  await pages.build();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await edge?.goAway();
  pages.remove();
});

beforeEach(async () => {
  await page?.close();
  await edge?.goAway();
  edge = new EdgeStandIn(pages.folder);
  await edge.listen();
  visit += 1;
  page = await browser.newPage({
    viewport: { width: 1080, height: 1920 },
    reducedMotion: 'reduce',
    hasTouch: true,
  });
});

/** The view of a gallery state, as this edge would send it in the present visit. */
function viewOf(name: string, changes: Partial<KioskView> = {}): KioskView {
  const state = galleryStates.find((candidate) => candidate.name === name);
  const view = state && galleryView(state, { language: 'fr', brand: 'cadence', diagonalInches: 24 });
  if (!view) throw new Error(`the gallery has no state ${name}`);
  return { ...view, visitId: `visit-${visit}`, ...changes };
}

async function open(name: string, changes: Partial<KioskView> = {}) {
  edge.show(viewOf(name, changes));
  await page.goto(edge.url);
  await page.getByTestId(`screen-${viewOf(name).screen.name}`).waitFor();
}

async function received(type: ScreenMessage['type']): Promise<ScreenMessage> {
  return expect
    .poll(() => edge.received.find((message) => message.type === type), { timeout: 10_000 })
    .toBeDefined()
    .then(() => edge.received.find((message) => message.type === type) as ScreenMessage);
}

describe('practice', () => {
  it('[SA51] stands over every screen and every card, in the language of the visit, and in no sale', async () => {
    await open('plan');
    expect(await page.getByTestId('practice-band').count()).toBe(0);
    for (const [name, language, words] of [
      ['practice-attract', 'fr', 'Entraînement, sans valeur'],
      ['practice-leave', 'fr', 'Entraînement, sans valeur'],
      ['practice-timeout', 'en', 'Practice, of no value'],
      ['practice-receipt-asking', 'en', 'Practice, of no value'],
    ] as const) {
      await open(name, { language });
      if (name === 'practice-leave') await page.getByTestId('leave').tap();
      const band = page.getByTestId('practice-band');
      expect(await band.innerText()).toBe(words);
      // Read off the pixels, above the words: nothing lies over it.
      const { data } = PNG.sync.read(await page.screenshot({ clip: { x: 540, y: 2, width: 1, height: 1 } }));
      expect([...data.subarray(0, 3)]).toEqual([0xff, 0xb8, 0x1c]);
    }
  });

  it('[SA52] tells what the terminal is to answer', async () => {
    await open('practice-payment');
    await page.getByTestId('practise-declined').tap();
    expect(await received('practise-payment')).toEqual({ type: 'practise-payment', answer: 'declined' });
  });
});

describe('a visit', () => {
  it('starts in the language that is touched', async () => {
    await open('attract');
    await page.getByTestId('language-en').tap();
    expect(await received('start')).toEqual({ type: 'start', language: 'en' });
  });

  it('does not start where nothing can be bought, but can be read in either language', async () => {
    await open('attract-stopped');
    await page.getByTestId('language-en').tap();
    expect(await received('choose-language')).toEqual({ type: 'choose-language', language: 'en' });
  });

  it('says which plan is missing before anything is sent, then sends the one that is chosen', async () => {
    await open('plan');
    await page.getByTestId('continue').tap();
    await page.getByTestId('problem-plan').waitFor();
    expect(edge.received).toEqual([]);
    await page.getByTestId('plan-every-day').tap();
    expect(await page.getByTestId('today').textContent()).toContain('54,90\u202f€');
    await page.getByTestId('continue').tap();
    expect(await received('choose-plan')).toEqual({ type: 'choose-plan', planId: 'every-day' });
  });

  it('takes a name from the screen keyboard, with capitals by themselves and accents on their page', async () => {
    await open('name');
    for (const key of ['l', 'accents', 'é', 'letters', 'a']) await page.getByTestId(`key-${key}`).tap();
    await page.getByTestId('family-name').tap();
    for (const key of ['d', "'", 'a', 'b', 'erase', 'space', 'x']) await page.getByTestId(`key-${key}`).tap();
    await page.getByTestId('continue').tap();
    expect(await received('give-name')).toEqual({ type: 'give-name', givenName: 'Léa', familyName: "D'A X" });
  });

  it('takes a name from a real keyboard, where Tab changes the field and Enter continues', async () => {
    await open('name');
    await page.keyboard.type('Zoë');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ünal');
    await page.keyboard.press('Enter');
    expect(await received('give-name')).toEqual({ type: 'give-name', givenName: 'Zoë', familyName: 'Ünal' });
  });

  it('can be driven by the arrow keys: from the field to Continue', async () => {
    await open('name-filled');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    expect(await focused()).toBe('given-name');
    for (let step = 0; step < 12 && (await focused()) !== 'continue'; step++) {
      await page.keyboard.press((await focused()) === 'back' ? 'ArrowRight' : 'ArrowDown');
    }
    expect(await focused()).toBe('continue');
    await page.keyboard.press('Enter');
    expect(await received('give-name')).toMatchObject({ givenName: 'Marie-Antoinette' });
  });

  it('never jumps to the next box of a date by itself', async () => {
    await open('birth-date');
    for (const key of ['2', '7', '1']) await page.getByTestId(`key-${key}`).tap();
    await page.getByTestId('birth-month').tap();
    await page.getByTestId('key-3').tap();
    await page.getByTestId('birth-year').tap();
    for (const key of ['1', '9', '8', '5']) await page.getByTestId(`key-${key}`).tap();
    await page.getByTestId('continue').tap();
    expect(await received('give-birth-date')).toEqual({
      type: 'give-birth-date',
      day: '271',
      month: '3',
      year: '1985',
    });
  });

  it('takes an e-mail with a domain in one tap, a telephone number, or neither', async () => {
    await open('contact');
    await page.getByTestId('contact-email').tap();
    await page.getByTestId('key-z').tap();
    await page.getByTestId('key-@orange.fr').tap();
    await page.getByTestId('continue').tap();
    expect(await received('give-contact')).toEqual({
      type: 'give-contact',
      contact: { kind: 'email', email: 'z@orange.fr' },
    });
    edge.received.length = 0;
    await page.getByTestId('contact-phone').tap();
    for (const key of ['+', '3', '1']) await page.getByTestId(`key-${key}`).tap();
    await page.getByTestId('continue').tap();
    expect(await received('give-contact')).toMatchObject({ contact: { kind: 'phone', phone: '+31' } });
    edge.received.length = 0;
    await page.getByTestId('contact-none').tap();
    await page.getByTestId('continue').tap();
    expect(await received('give-contact')).toEqual({ type: 'give-contact', contact: { kind: 'none' } });
  });

  it('takes an IBAN from the screen keyboard in groups of four, tells how far it is, and sends it with its holder', async () => {
    await open('iban');
    for (const key of ['FR76', '3', '0', 'A', 'erase', '9']) await page.getByTestId(`key-${key}`).tap();
    await expect.poll(() => page.getByTestId('iban').inputValue()).toBe('FR76 309');
    expect(await page.getByTestId('iban-progress').textContent()).toBe('France\u202f: 7 sur 27');
    await page.getByTestId('iban').fill('fr7630006000011234567890189');
    await expect.poll(() => page.getByTestId('iban').inputValue()).toBe('FR76 3000 6000 0112 3456 7890 189');
    expect(await page.getByTestId('iban-progress').getAttribute('data-state')).toBe('whole');
    await page.getByTestId('iban-holder').fill('Paul Lefebvre');
    await page.getByTestId('key-space').waitFor();
    await page.getByTestId('continue').tap();
    expect(await received('give-account')).toEqual({
      type: 'give-account',
      account: { kind: 'iban', iban: 'FR76 3000 6000 0112 3456 7890 189', holder: 'Paul Lefebvre' },
    });
  });

  it('lets somebody without an IBAN go on in one press', async () => {
    await open('iban');
    await page.getByTestId('iban-later').tap();
    expect(await received('give-account')).toEqual({ type: 'give-account', account: { kind: 'later' } });
  });

  it('never shows a taken IBAN whole again, and keeps it when the field stays empty', async () => {
    await open('iban-kept');
    expect(await page.getByTestId('iban').inputValue()).toBe('');
    expect(await page.locator('main').textContent()).toContain('FR76\u00a0••••\u00a0189');
    await page.getByTestId('continue').tap();
    expect(await received('give-account')).toMatchObject({ account: { kind: 'iban', iban: '' } });
  });

  it('shows the mandate before the signature, and says that one signature counts for both', async () => {
    await open('mandate');
    await page.getByTestId('mandate-continue').tap();
    expect(await received('mandate-read')).toEqual({ type: 'mandate-read' });
    edge.show(viewOf('sign-with-mandate'));
    await expect
      .poll(() => page.locator('main').textContent())
      .toContain('Une seule signature vaut pour les deux.');
  });

  it('asks for the camera after consent only, and sends a portrait JPEG of at most 600 kB when told to keep it', async () => {
    await page.addInitScript(() => {
      const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) => {
        document.documentElement.dataset.cameraAsked = 'yes';
        return asked(constraints);
      };
    });
    await open('photo-consent');
    const cameraAsked = () => page.evaluate(() => document.documentElement.dataset.cameraAsked);
    expect(await cameraAsked()).toBeUndefined();
    await page.getByTestId('photo-consent-yes').tap();
    await page.getByTestId('photo-take').tap();
    expect(await cameraAsked()).toBe('yes');
    await page.getByTestId('photo-use').waitFor();
    expect(edge.received.filter(({ type }) => type === 'give-photo')).toEqual([]);
    await page.getByTestId('photo-use').tap();
    const message = await received('give-photo');
    if (message.type !== 'give-photo' || message.photo.kind !== 'taken') throw new Error('a photo was taken');
    const jpeg = Buffer.from(message.photo.jpegBase64, 'base64');
    expect(jpeg.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    expect(jpeg.length).toBeLessThanOrEqual(600_000);
    expect(frameSize(jpeg)).toEqual({ width: 480, height: 640 });
  });

  it('gives the camera back as soon as the screen changes', async () => {
    await open('photo-consent');
    await page.getByTestId('photo-consent-yes').tap();
    await page.getByTestId('photo-take').waitFor();
    const track = await page.evaluateHandle(() => {
      const video = document.querySelector('video');
      return video?.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks()[0] : undefined;
    });
    edge.show(viewOf('consents'));
    await page.getByTestId('screen-consents').waitFor();
    expect(await track.evaluate((live) => live?.readyState)).toBe('ended');
  });

  it('asks for news as a free choice that is off', async () => {
    await open('consents');
    expect(await page.getByTestId('news-no').getAttribute('aria-pressed')).toBe('true');
    await page.getByTestId('continue').tap();
    expect(await received('give-consents')).toEqual({ type: 'give-consents', news: false });
  });

  it('sends a drawn signature as strokes in millimetres of the panel, without the stroke that was taken back', async () => {
    await open('sign-draw');
    const box = await page.getByTestId('sign-canvas').boundingBox();
    if (box === null) throw new Error('there is a place to sign');
    const draw = async (fromX: number, toX: number) => {
      await page.mouse.move(box.x + fromX, box.y + 100);
      await page.mouse.down();
      await page.mouse.move(box.x + toX, box.y + 100, { steps: 20 });
      await page.mouse.up();
    };
    await draw(36, 397);
    await draw(50, 150);
    await page.getByTestId('sign-undo').tap();
    await page.getByTestId('continue').tap();
    const message = await received('sign');
    if (message.type !== 'sign' || message.signature.kind !== 'drawn') throw new Error('it was drawn');
    expect(message.signature.strokes).toHaveLength(1);
    const xs = message.signature.strokes[0]?.filter((_, index) => index % 2 === 0) ?? [];
    // 361 px of a 24 inch panel are 100 mm.
    expect(Math.max(...xs) - Math.min(...xs)).toBeGreaterThan(95);
    expect(Math.max(...xs) - Math.min(...xs)).toBeLessThan(101);
  });

  it('takes a typed name as an equal signature', async () => {
    await open('sign-draw');
    await page.getByTestId('sign-type').tap();
    await page.getByTestId('sign-typed').fill('Marie-Antoinette Lefebvre de la Tour');
    await page.getByTestId('continue').tap();
    expect(await received('sign')).toMatchObject({
      signature: { kind: 'typed', text: 'Marie-Antoinette Lefebvre de la Tour' },
    });
  });
});

describe('nothing of a person stays (I8)', () => {
  it('when the visit changes while the same screen is shown', async () => {
    await open('name');
    await page.getByTestId('given-name').fill('Marqueur');
    edge.show(viewOf('name', { visitId: 'another-visit' }));
    await expect.poll(() => page.getByTestId('given-name').inputValue()).toBe('');
    expect(await page.content()).not.toContain('Marqueur');
  });

  it('while the edge is away', async () => {
    await open('check');
    expect(await page.content()).toContain('Lefebvre');
    await edge.goAway();
    await page.getByTestId('screen-away').waitFor();
    expect(await page.content()).not.toContain('Lefebvre');
  });

  it('in any storage of the browser', async () => {
    await open('name-filled');
    await page.getByTestId('continue').tap();
    await received('give-name');
    const kept = await page.evaluate(async () => [
      localStorage.length,
      sessionStorage.length,
      document.cookie,
      (await indexedDB.databases()).length,
      (await caches.keys()).length,
    ]);
    expect(kept).toEqual([0, 0, '', 0, 0]);
  });
});

describe('the line to the edge', () => {
  it('is taken up again by itself, with the token of the new start', async () => {
    await open('plan');
    await edge.goAway();
    await page.getByTestId('screen-away').waitFor();
    await edge.listen();
    edge.show(viewOf('contact'));
    await page.getByTestId('screen-contact').waitFor({ timeout: 15_000 });
  });

  it('keeps the draft when only the language changes, and says so to readers', async () => {
    await open('name');
    await page.getByTestId('given-name').fill('Zoë');
    edge.show(viewOf('name', { language: 'en' }));
    await expect.poll(() => page.getByTestId('title').textContent()).toBe('What is your name?');
    expect(await page.getByTestId('given-name').inputValue()).toBe('Zoë');
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  });

  it('carries one action per press, however often somebody presses', async () => {
    await open('consents');
    edge.answering = false;
    for (let press = 0; press < 4; press++) await page.getByTestId('continue').tap();
    await received('give-consents');
    edge.answerHeld();
    expect(edge.received.filter(({ type }) => type === 'give-consents')).toHaveLength(1);
  });
});

describe('a press', () => {
  it('that slides off the control does nothing', async () => {
    await open('consents');
    const box = await page.getByTestId('continue').boundingBox();
    if (box === null) throw new Error('there is a Continue');
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 20, box.y - 300, { steps: 5 });
    await page.mouse.up();
    await page.getByTestId('back').tap();
    await received('back');
    expect(edge.received.map(({ type }) => type)).toEqual(['back']);
  });
});

describe('a double strike', () => {
  it('of the same key counts once, of two keys twice (EN 301 549, 5.8)', async () => {
    await open('birth-date');
    await page.evaluate(() => {
      for (const key of ['2', '2', '7']) {
        document.querySelector<HTMLElement>(`[data-testid="key-${key}"]`)?.click();
      }
    });
    await expect.poll(() => page.getByTestId('birth-day').inputValue()).toBe('27');
  });

  it('is no double strike when another key came between, however fast (EN 301 549, 5.8)', async () => {
    await open('birth-date');
    await page.evaluate(() => {
      for (const key of ['2', '7', 'erase', '2']) {
        document.querySelector<HTMLElement>(`[data-testid="key-${key}"]`)?.click();
      }
    });
    await expect.poll(() => page.getByTestId('birth-day').inputValue()).toBe('22');
  });
});

describe('the cards over a screen', () => {
  it('put the time-out off by any touch, and finish only when asked to', async () => {
    const timeout = { warning: true, secondsLeft: 27 };
    await open('name', { timeout });
    expect(await page.getByTestId('seconds-left').textContent()).toContain('27');
    await page.getByTestId('timeout-finish').tap();
    expect(await received('finish')).toEqual({ type: 'finish' });
    expect(edge.received.map(({ type }) => type)).toEqual(['finish']);
    await page.getByTestId('still-here').tap();
    await received('still-here');
  });

  it('call staff with a reason and keep what was typed', async () => {
    await open('name');
    await page.getByTestId('given-name').fill('Zoë');
    await page.getByTestId('call-staff').tap();
    await page.getByTestId('call-staff-device').tap();
    expect(await received('call-staff')).toEqual({ type: 'call-staff', reason: 'device' });
    edge.show(viewOf('name', { staffCall: 'sent' }));
    await page.getByTestId('call-sent').waitFor();
    await page.getByTestId('call-close').tap();
    expect(await page.getByTestId('given-name').inputValue()).toBe('Zoë');
  });

  it('ask before everything is erased', async () => {
    await open('name');
    await page.getByTestId('leave').tap();
    await page.getByTestId('leave-stay').tap();
    expect(edge.received).toEqual([]);
    await page.getByTestId('leave').tap();
    await page.getByTestId('leave-finish').tap();
    expect(await received('finish')).toEqual({ type: 'finish' });
  });
});

describe('what is said of money', () => {
  it('offers to pay again only when the terminal has said that nothing was taken', async () => {
    await open('payment-not-known');
    expect(await page.getByTestId('pay-again').count()).toBe(0);
    edge.show(viewOf('payment-declined'));
    await page.getByTestId('pay-again').tap();
    await received('pay-again');
  });

  it('asks for a copy of the contract beside the question of the receipt, and tells when it did not come out', async () => {
    await open('receipt-asking');
    await page.getByTestId('contract-copy').tap();
    expect(await received('print-contract')).toEqual({ type: 'print-contract' });
    edge.show(viewOf('receipt-contract-copy-failed'));
    await page.getByTestId('contract-copy-told').waitFor();
    edge.show(viewOf('receipt-contract-copy-printed'));
    await page.getByTestId('contract-copy').waitFor({ state: 'detached' });
    await page.getByTestId('receipt-paper').tap();
    expect(await received('choose-receipt')).toEqual({ type: 'choose-receipt', receipt: 'paper' });
  });

  it('names the red key where the screen cannot cancel, and offers to cancel where it can', async () => {
    await open('payment-waiting');
    await page.getByTestId('red-key').waitFor();
    expect(await page.getByTestId('abort-payment').count()).toBe(0);
    edge.show(viewOf('payment-waiting-left'));
    await page.getByTestId('abort-payment').tap();
    await received('abort-payment');
  });
});

/** Width and height from the start-of-frame segment (ITU-T T.81, B.2.2). */
function frameSize(jpeg: Buffer): { width: number; height: number } {
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === 0xc0 || marker === 0xc2) {
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
    }
  }
  throw new Error('a JPEG has a frame');
}
