import { browserClock } from '@portillon/ui/browser-clock.ts';
import { PassPage } from './pass-page.ts';
import './pass.css';
import { PhonePass } from './phone-pass.ts';
import { passLanguage, passWords } from './words.ts';

const language = passLanguage(navigator.languages);
const words = passWords[language];
document.documentElement.lang = language;
document.title = words.title;

const place = document.getElementById('page');
if (!place) throw new Error('index.html has lost its page element');

// What a kiosk showed stands behind `#` and serves once: gone from the address, so that no reload uses it again.
const link = location.hash.slice(1);
if (link !== '') history.replaceState(null, '', location.pathname);

try {
  const pass = await PhonePass.open(browserClock);
  const page = new PassPage({ place, language, words, clock: browserClock, pass });
  if (link === '') page.show();
  else page.follow(link);
  // A link that is opened while the page is there already loads nothing anew.
  addEventListener('hashchange', () => {
    const next = location.hash.slice(1);
    if (next === '') return;
    history.replaceState(null, '', location.pathname);
    page.follow(next);
  });
  addEventListener('online', () => page.lookAgain());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') page.lookAgain();
  });
} catch {
  place.textContent = words.tooOld;
}

// Not there on a page that is not secure: then it works with a network only.
await navigator.serviceWorker?.register('./offline.js');
