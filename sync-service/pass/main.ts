import { browserClock } from '@portillon/ui/browser-clock.ts';
import { PassPage } from './pass-page.ts';
import './pass.css';
import { openPass } from './phone-store.ts';
import { wordsFor } from './words.ts';

const { language, words } = wordsFor(navigator.language);
document.documentElement.lang = language;
document.title = words.title;

const place = document.getElementById('page');
if (!place) throw new Error('index.html has lost its page element');

try {
  new PassPage({ place, words, clock: browserClock, pass: await openPass() }).show();
} catch {
  place.textContent = words.tooOld;
}

// Not there on a page that is not secure: then it works with a network only.
await navigator.serviceWorker?.register('./offline.js');
