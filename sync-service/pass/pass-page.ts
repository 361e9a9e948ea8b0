import {
  keyRequestToSign,
  passCodeBytes,
  passCodeText,
  passStepAt,
  passStepMs,
  passToSign,
  publicKeyLength,
} from '@portillon/core/crypto/pass-layout.ts';
import type { CancelTimer, Clock } from '@portillon/ui/browser-clock.ts';
import { codeDrawing } from './code-drawing.ts';
import { readCodes } from './code-reader.ts';
import { type KeptPass, keepPass, rawPublicKey, signed } from './phone-store.ts';
import type { PassWords } from './words.ts';

interface PassPageOptions {
  readonly place: HTMLElement;
  readonly words: PassWords;
  readonly clock: Clock;
  readonly pass: KeptPass;
}

/** Where the phone's key stands in a grant: behind the claims (core/crypto/pass-grant.ts). */
const keyInGrantAt = 91;

/** The whole page: the rotating code once there is a grant, else the way to one. Shows one thing at a time. */
export class PassPage {
  readonly #options: PassPageOptions;
  #pass: KeptPass;
  /** Stops what the screen shown now has begun. */
  #leave: () => void = () => undefined;

  constructor(options: PassPageOptions) {
    this.#options = options;
    this.#pass = options.pass;
  }

  show(): void {
    if (this.#pass.grant === null) this.#showWayToPass();
    else this.#showPass(this.#pass.grant);
  }

  #showPass(grant: Uint8Array): void {
    const { words, clock } = this.#options;
    const holder = element('div', { class: 'code-holder', 'data-testid': 'pass-code' });
    const ring = element('div', { class: 'ring', 'aria-hidden': 'true' });
    let shownStep = -1;
    let cancel: CancelTimer = () => undefined;
    const draw = async (step: number) => {
      const bytes = passToSign(grant, step);
      const text = passCodeText('pass', bytes, await signed(this.#pass, bytes));
      if (step !== shownStep) return;
      holder.dataset.code = text;
      holder.replaceChildren(codeDrawing(text, words.code));
    };
    const tick = () => {
      const nowMs = clock.wallMs();
      const step = passStepAt(nowMs);
      const intoStepMs = nowMs - step * passStepMs;
      if (step !== shownStep) {
        shownStep = step;
        // Drawn anew for each step: the ring begins where the step is.
        ring.style.setProperty('--begun', `${-intoStepMs}ms`);
        ring.replaceChildren(element('span', {}));
        void draw(step);
      }
      cancel = clock.setTimer(Math.min(passStepMs - intoStepMs, 1_000), tick);
    };
    this.#become(
      [
        heading(words.title),
        paragraph(words.open, 'lead'),
        holder,
        ring,
        paragraph(words.changes),
        paragraph(words.bright, 'hint'),
        paragraph(words.offline, 'hint'),
        button(words.renew, 'renew', () => this.#showWayToPass(), 'quiet'),
      ],
      () => cancel(),
    );
    tick();
  }

  #showWayToPass(): void {
    const { words } = this.#options;
    this.#become([
      heading(words.title),
      ...(this.#pass.grant === null ? [paragraph(words.notYet, 'lead')] : []),
      button(words.show, 'show-key', () => void this.#showKey()),
      button(words.read, 'read-grant', () => void this.#readGrant()),
      ...(this.#pass.grant === null ? [] : [button(words.back, 'back', () => this.show(), 'quiet')]),
    ]);
  }

  async #showKey(): Promise<void> {
    const { words } = this.#options;
    const bytes = keyRequestToSign(await rawPublicKey(this.#pass));
    const text = passCodeText('keyRequest', bytes, await signed(this.#pass, bytes));
    const holder = element('div', { class: 'code-holder', 'data-testid': 'key-code' });
    holder.append(codeDrawing(text, words.request));
    this.#become([
      heading(words.show),
      paragraph(words.showing, 'lead'),
      holder,
      button(words.read, 'read-grant', () => void this.#readGrant()),
      button(words.back, 'back', () => this.#showWayToPass(), 'quiet'),
    ]);
  }

  async #readGrant(): Promise<void> {
    const { words, clock } = this.#options;
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    const problem = paragraph('', 'problem');
    problem.setAttribute('role', 'alert');
    let stop: () => void = () => undefined;
    let left = false;
    this.#become(
      [
        heading(words.read),
        paragraph(words.reading, 'lead'),
        video,
        problem,
        button(words.back, 'back', () => this.#showWayToPass(), 'quiet'),
      ],
      () => {
        left = true;
        stop();
      },
    );
    try {
      stop = await readCodes(video, clock, (text) => {
        void this.#granted(text).then((said) => {
          if (said !== null) problem.textContent = said;
        });
      });
      if (left) stop();
    } catch {
      problem.textContent = words.noCamera;
    }
  }

  /** Null once the pass is there; else what is wrong with the code, in words. */
  async #granted(text: string): Promise<string | null> {
    const { words } = this.#options;
    const grant = passCodeBytes('grant', text);
    if (typeof grant === 'string') return words.notGrant;
    const own = await rawPublicKey(this.#pass);
    const named = grant.subarray(keyInGrantAt, keyInGrantAt + publicKeyLength);
    if (own.some((byte, index) => byte !== named[index])) return words.otherPhone;
    this.#pass = { ...this.#pass, grant };
    await keepPass(this.#pass);
    this.show();
    return null;
  }

  #become(parts: readonly HTMLElement[], leave: () => void = () => undefined): void {
    this.#leave();
    this.#leave = leave;
    this.#options.place.replaceChildren(...parts);
  }
}

function element(name: string, attributes: Readonly<Record<string, string>>): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function heading(text: string): HTMLElement {
  const made = element('h1', {});
  made.textContent = text;
  return made;
}

function paragraph(text: string, kind = 'note'): HTMLElement {
  const made = element('p', { class: kind });
  made.textContent = text;
  return made;
}

function button(text: string, testId: string, press: () => void, kind = 'main'): HTMLElement {
  const made = element('button', { type: 'button', class: kind, 'data-testid': testId });
  made.textContent = text;
  made.addEventListener('click', press);
  return made;
}
