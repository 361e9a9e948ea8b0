import { browserClock } from '@portillon/ui/browser-clock.ts';
import { brands } from '@portillon/ui/tokens.ts';
import { useEffect } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { KioskView } from '../../bridge/view.ts';
import { KioskPage } from '../kiosk-page.tsx';
import { wearLook } from '../look.ts';
import { type GalleryChoice, type GalleryDoing, galleryStates, galleryView } from './gallery-states.ts';
import '@portillon/ui/fonts.css';
import '../style/kiosk.css';
import './gallery.css';

/**
 * Every screen in its main states, from made-up views: `?state=plan&lang=fr&brand=cadence&diagonal=24` shows one as the
 * kiosk would, no `state` lists them all. Another address is shown without loading the page again.
 */
function asked(): { readonly state: string | null; readonly choice: GalleryChoice } {
  const query = new URLSearchParams(window.location.search);
  return {
    state: query.get('state'),
    choice: {
      language: query.get('lang') === 'en' ? 'en' : 'fr',
      brand: brandNamed(query.get('brand')),
      diagonalInches: Number(query.get('diagonal') ?? 24),
    },
  };
}

function brandNamed(name: string | null): KioskView['club']['brand'] {
  return name === 'foulee' || name === 'elan' ? name : 'cadence';
}

/** What has been typed into the field of the IBAN. */
const typed: Partial<Record<GalleryDoing, string>> = {
  'type-iban': 'FR76 300',
  'type-wrong-iban': 'FR7630006000011234567809189',
  'type-longest-iban': 'MT84MALT011000012345MTLCAST001S',
};

/** As a real keyboard would, so that React hears of it. */
function typeIban(text: string): void {
  const field = document.querySelector<HTMLInputElement>('[data-testid="iban"]');
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, text);
  field?.dispatchEvent(new Event('input', { bubbles: true }));
}

/** What has to be pressed, one after the other, to get from the view to the state. */
const presses: Record<GalleryDoing, readonly string[]> = {
  'open-call-staff': ['call-staff'],
  'open-leave': ['leave'],
  'press-continue': ['continue'],
  'photo-framing': ['photo-consent-yes'],
  'photo-review': ['photo-consent-yes', 'photo-take'],
  'own-photo-framing': [],
  'type-iban': [],
  'type-wrong-iban': [],
  'type-longest-iban': [],
  'type-signature': ['sign-type'],
  'contract-page-2': ['contract-page-down'],
};

function pressInTurn(testIds: readonly string[]): () => void {
  let cancel: () => void = () => undefined;
  const next = (remaining: readonly string[], triesLeft: number) => {
    const [testId, ...rest] = remaining;
    if (testId === undefined || triesLeft === 0) return;
    const control = document.querySelector<HTMLElement>(`[data-testid="${testId}"]`);
    control?.click();
    cancel = browserClock.setTimer(100, () => next(control === null ? remaining : rest, triesLeft - 1));
  };
  cancel = browserClock.setTimer(100, () => next(testIds, 100));
  return () => cancel();
}

function OneState({ name, choice }: { name: string; choice: GalleryChoice }) {
  const state = galleryStates.find((candidate) => candidate.name === name);
  useEffect(() => {
    if (state?.doing === undefined) return undefined;
    const text = typed[state.doing];
    if (text !== undefined) typeIban(text);
    return pressInTurn(presses[state.doing]);
  }, [state]);
  if (state === undefined) return <p>There is no state “{name}”.</p>;
  return (
    <KioskPage view={galleryView(state, choice)} clock={browserClock} send={() => Promise.resolve('done')} />
  );
}

function Contents({ choice }: { choice: GalleryChoice }) {
  return (
    <div className="gallery">
      <form className="gallery-choice">
        <label>
          Language
          <select name="lang" defaultValue={choice.language}>
            <option value="fr">Français</option>
            <option value="en">English</option>
          </select>
        </label>
        <label>
          Brand
          <select name="brand" defaultValue={choice.brand}>
            {Object.entries(brands).map(([key, brand]) => (
              <option key={key} value={key}>
                {brand.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Diagonal
          <select name="diagonal" defaultValue={choice.diagonalInches}>
            {[21.5, 24, 27, 32].map((inches) => (
              <option key={inches} value={inches}>
                {inches}″
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Show</button>
      </form>
      <ul className="gallery-list">
        {galleryStates.map((state) => {
          const address = `?${new URLSearchParams({
            state: state.name,
            lang: choice.language,
            brand: choice.brand,
            diagonal: String(choice.diagonalInches),
          })}`;
          return (
            <li key={state.name}>
              <iframe src={address} title={state.name} loading="lazy" tabIndex={-1} />
              <a href={address}>{state.name}</a>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const place = document.getElementById('root');
if (place === null) throw new Error('the page has a place for the gallery');
const root = createRoot(place);

/** Begins anew with whatever the address asks for. */
function show(): void {
  const { state, choice } = asked();
  wearLook(choice.brand, choice.diagonalInches);
  // As the page comes, until a view says otherwise.
  document.documentElement.lang = 'fr';
  document.documentElement.classList.toggle('gallery-page', state === null);
  const page =
    state === null ? (
      <Contents choice={choice} />
    ) : (
      <OneState name={state} choice={choice} key={window.location.search} />
    );
  flushSync(() => root.render(page));
}

window.addEventListener('popstate', show);
show();
