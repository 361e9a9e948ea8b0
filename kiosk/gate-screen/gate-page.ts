import {
  type InEachLanguage,
  type PersonLanguage,
  personLanguages,
} from '@portillon/core/access/person-language.ts';
import { signSentences } from '@portillon/core/access/sign-sentences.ts';
import { signWords } from '@portillon/core/access/sign-words.ts';
import { lookVariables } from '@portillon/ui/tokens.ts';
import type { GateScreenView } from '../bridge/gate-screen-view.ts';
import type { GateTones } from './gate-tones.ts';
import { goneSentences, goneWords, idleWords } from './page-words.ts';
import { signDrawing } from './sign-drawing.ts';
import { lookOf, type SignOnPage } from './sign-look.ts';

interface GatePageOptions {
  readonly place: HTMLElement;
  readonly tones: Pick<GateTones, 'play'>;
}

/** Width that the large word has, and the height of its letters at most, in hundredths of the shorter side of the screen. */
const wordWidth = 84;
const wordHeightMax = 14;
/** Of a wide letter of the heading face, as a share of the size. */
const letterWidth = 0.66;

/** The whole screen beside a gate: one drawing, one large word, what is the matter and what to do. Keeps nothing. */
export class GatePage {
  readonly #options: GatePageOptions;
  /** Of the club, so that the screen speaks them while the edge is away. */
  #languages: readonly PersonLanguage[] = personLanguages;
  #shown = '';
  #seq: number | null = null;

  constructor(options: GatePageOptions) {
    this.#options = options;
    wear('cadence');
  }

  /** Null while the edge is away. */
  show(view: GateScreenView | null): void {
    const shown = JSON.stringify(view);
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (view !== null) {
      this.#languages = view.languages;
      wear(view.brand);
      document.title = view.gateName;
    }
    const name = view?.sign.name ?? 'gone';
    const spoken = view?.sign.language ?? null;
    this.#draw(name, spoken === null ? this.#languages : [spoken], view);
    if (view !== null) this.#sound(view, name);
  }

  #draw(name: SignOnPage, languages: readonly PersonLanguage[], view: GateScreenView | null): void {
    const { place } = this.#options;
    const { tone, shape } = lookOf(name);
    const [first = 'fr', ...others] = languages;
    const { word, sentences } = wordsOf(name, view);
    document.documentElement.lang = first;
    const large = text('h1', word[first], name === 'idle' ? 'word invitation' : 'word');
    if (name !== 'idle') large.style.setProperty('--word-size', String(sizeOf(word[first])));
    const said = element('div', 'said');
    said.setAttribute('role', 'status');
    said.append(
      large,
      ...(sentences
        ? [text('p', sentences.matter[first], 'matter'), text('p', sentences.change[first], 'change')]
        : []),
    );
    const inOthers = element('ul', name === 'idle' ? 'others invitations' : 'others');
    for (const language of others) {
      const line = text('li', word[language], 'other');
      line.lang = language;
      inOthers.append(line);
    }
    place.dataset.sign = name;
    place.dataset.seq = String(view?.sign.seq ?? '');
    place.dataset.tone = tone;
    const drawing = element('div', 'drawing-place');
    drawing.append(signDrawing(shape));
    place.replaceChildren(text('p', view?.gateName ?? '', 'gate-name'), drawing, said, inOthers);
  }

  /** Heard once for each thing that is to be noticed, and not again by a screen that has just come back. */
  #sound({ sign: { seq }, sound }: GateScreenView, name: SignOnPage): void {
    const isNews = this.#seq !== null && seq > this.#seq;
    this.#seq = seq;
    const tone = lookOf(name).sound;
    if (isNews && sound && tone !== null) this.#options.tones.play(tone);
  }
}

function wear(brand: GateScreenView['brand']): void {
  for (const [name, value] of Object.entries(lookVariables(brand))) {
    document.documentElement.style.setProperty(name, value);
  }
}

function wordsOf(name: SignOnPage, view: GateScreenView | null) {
  if (name === 'gone') return { word: goneWords, sentences: goneSentences };
  if (name === 'idle')
    return { word: idleWords[view?.accepts ?? 'both'] satisfies InEachLanguage, sentences: null };
  return { word: signWords[name], sentences: signSentences[name] };
}

/** As large as its longest part allows on one line. */
function sizeOf(word: string): number {
  const longest = Math.max(...word.split(' ').map((part) => part.length));
  return Math.min(wordHeightMax, wordWidth / (letterWidth * longest));
}

function element(name: string, kind: string): HTMLElement {
  const made = document.createElement(name);
  made.className = kind;
  return made;
}

function text(name: string, words: string, kind: string): HTMLElement {
  const made = element(name, kind);
  made.textContent = words;
  return made;
}
