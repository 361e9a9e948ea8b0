import { passStepAt, passStepMs } from '@portillon/core/crypto/pass-layout.ts';
import type { CancelTimer, Clock } from '@portillon/ui/browser-clock.ts';
import { codeDrawing } from './code-drawing.ts';
import { readCodes } from './code-reader.ts';
import { alert, button, element, heading, paragraph } from './elements.ts';
import type { AskOutcome, PhonePass } from './phone-pass.ts';
import { clockWords, lastDay, type PassLanguage, type PassWords } from './words.ts';

interface PassPageOptions {
  readonly place: HTMLElement;
  readonly language: PassLanguage;
  readonly words: PassWords;
  readonly clock: Clock;
  readonly pass: PhonePass;
}

/** PS19. */
const clockOffMs = 10_000;
/** A page that is looked at again and again asks the base no oftener, unless its pass is over. */
const askAgainMs = 600_000;
/** Between two questions to the base while a kiosk is still about to tell it something, and how many there are at most. */
const waitStepMs = 3_000;
const waitStepCount = 100;

/** The whole page: the rotating code once there is a grant, else the way to one. Shows one thing at a time. */
export class PassPage {
  readonly #options: PassPageOptions;
  /** Stops what the screen shown now has begun. */
  #leave: () => void = () => undefined;
  #askedAtMs: number | null = null;
  /** The rotating code is on the screen: only there something that the base tells is shown at once. */
  #showsCode = false;

  constructor(options: PassPageOptions) {
    this.#options = options;
  }

  show(): void {
    this.#showAny();
    this.lookAgain();
  }

  /** PS17: behind what is shown, which changes only where the base has told something new. */
  lookAgain(): void {
    const { clock, pass } = this.#options;
    const nowMs = clock.wallMs();
    const isOver = pass.endMs !== null && pass.endMs <= nowMs;
    const isFresh = this.#askedAtMs !== null && Math.abs(nowMs - this.#askedAtMs) < askAgainMs;
    if (pass.grant === null || (isFresh && !isOver)) return;
    this.#askedAtMs = nowMs;
    const wasOff = this.#clockIsOff();
    void pass.ask(null).then((outcome) => {
      if (outcome === 'pass.ended') this.#showWayToPass(this.#options.words.ended);
      else if (this.#showsCode && (outcome === 'granted' || wasOff !== this.#clockIsOff())) this.#showAny();
    });
  }

  /** PS16: what a kiosk showed as an address. */
  follow(link: string): void {
    const { words, pass } = this.#options;
    const said = alert('', 'link-problem');
    const again = element('div', { class: 'buttons' });
    const outcomeIn = (outcome: AskOutcome) => {
      if (outcome === 'granted' || outcome === 'same') return true;
      const told = {
        'no-answer': words.noNetwork,
        'pass.card-not-known': words.cardNotKnown,
        'pass.link-used': words.linkUsed,
        'pass.link-expired': words.linkExpired,
        'pass.ended': words.ended,
      }[outcome as string];
      said.textContent = told ?? words.linkWrong;
      const mayCome = outcome === 'no-answer' || outcome === 'pass.card-not-known';
      again.replaceChildren(
        ...(mayCome ? [button(words.retry, 'retry', () => this.follow(link))] : []),
        button(words.show, 'show-key', () => void this.#showKey(), 'quiet'),
        ...(pass.grant === null ? [] : [button(words.back, 'back', () => this.#showAny(), 'quiet')]),
      );
      return mayCome ? null : false;
    };
    this.#become(
      [heading(words.title), paragraph(words.arriving, 'lead'), said, again],
      this.#waitForGrant(link, outcomeIn),
    );
  }

  /**
   * Asks until `isThere` says true (the pass is shown) or false (there is no more to wait for). Resolves with what stops it.
   */
  #waitForGrant(link: string | null, isThere: (outcome: AskOutcome) => boolean | null): () => void {
    const { clock, pass } = this.#options;
    let cancel: CancelTimer = () => undefined;
    let left = false;
    const ask = (stepsLeft: number) => {
      void pass.ask(link).then((outcome) => {
        if (left) return;
        const there = isThere(outcome);
        if (there) this.#showAny();
        else if (there === null && stepsLeft > 1) {
          cancel = clock.setTimer(waitStepMs, () => ask(stepsLeft - 1));
        }
      });
    };
    ask(waitStepCount);
    return () => {
      left = true;
      cancel();
    };
  }

  #showAny(): void {
    const { grant } = this.#options.pass;
    if (grant === null) this.#showWayToPass();
    else this.#showPass(grant);
  }

  #showPass(grant: Uint8Array): void {
    const { words, clock, pass } = this.#options;
    const holder = element('div', { class: 'code-holder', 'data-testid': 'pass-code' });
    const ring = element('div', { class: 'ring', 'aria-hidden': 'true' });
    let shownStep = -1;
    let cancel: CancelTimer = () => undefined;
    const draw = async (step: number) => {
      const text = await pass.codeText(grant, step);
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
        ...this.#clockNotice(),
        ...this.#endNotice(),
        paragraph(words.open, 'lead'),
        holder,
        ring,
        paragraph(words.changes),
        paragraph(words.bright, 'hint'),
        paragraph(words.offline, 'hint'),
        button(words.renew, 'renew', () => this.#showWayToPass(), 'quiet'),
      ],
      () => {
        cancel();
        this.#showsCode = false;
      },
    );
    this.#showsCode = true;
    tick();
  }

  #clockIsOff(): boolean {
    return Math.abs(this.#options.pass.clockAheadMs ?? 0) >= clockOffMs;
  }

  #clockNotice(): readonly HTMLElement[] {
    const { words, language, pass } = this.#options;
    if (!this.#clockIsOff()) return [];
    return [alert(words.clock(clockWords(pass.clockAheadMs ?? 0, language)), 'clock-off')];
  }

  #endNotice(): readonly HTMLElement[] {
    const { words, language, clock, pass } = this.#options;
    if (pass.endMs === null) return [];
    const day = lastDay(pass.endMs, language);
    if (pass.endMs <= clock.wallMs()) return [alert(words.over(day), 'over')];
    const until = paragraph(words.until(day));
    until.dataset.testid = 'until';
    return [until];
  }

  #showWayToPass(problem: string | null = null): void {
    const { words, pass } = this.#options;
    this.#become([
      heading(words.title),
      ...(problem === null ? [] : [alert(problem, 'pass-problem')]),
      ...(pass.grant === null ? [paragraph(words.notYet, 'lead')] : []),
      button(words.show, 'show-key', () => void this.#showKey()),
      button(words.read, 'read-grant', () => void this.#readGrant()),
      ...(pass.grant === null ? [] : [button(words.back, 'back', () => this.#showAny(), 'quiet')]),
    ]);
  }

  async #showKey(): Promise<void> {
    const { words, pass } = this.#options;
    const holder = element('div', { class: 'code-holder', 'data-testid': 'key-code' });
    holder.append(codeDrawing(await pass.keyRequestText(), words.request));
    this.#become(
      [
        heading(words.show),
        paragraph(words.showing, 'lead'),
        holder,
        button(words.read, 'read-grant', () => void this.#readGrant()),
        button(words.back, 'back', () => this.#showWayToPass(), 'quiet'),
      ],
      // Once the kiosk has told the base, the grant comes by itself.
      this.#waitForGrant(null, (outcome) => (outcome === 'granted' ? true : null)),
    );
  }

  async #readGrant(): Promise<void> {
    const { words, clock } = this.#options;
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    const problem = alert('', 'grant-problem');
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
    const { words, pass } = this.#options;
    const taken = await pass.take(text);
    if (taken === 'not-a-grant') return words.notGrant;
    if (taken === 'other-phone') return words.otherPhone;
    this.show();
    return null;
  }

  #become(parts: readonly HTMLElement[], leave: () => void = () => undefined): void {
    this.#leave();
    this.#leave = leave;
    this.#options.place.replaceChildren(...parts);
  }
}
