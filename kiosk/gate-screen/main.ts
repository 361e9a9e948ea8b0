import { browserClock } from '@portillon/ui/browser-clock.ts';
import '@portillon/ui/fonts.css';
import { GateLine } from './gate-line.ts';
import { GatePage } from './gate-page.ts';
import './gate-screen.css';
import { GateTones } from './gate-tones.ts';

const place = document.getElementById('page');
if (!place) throw new Error('index.html has lost its page element');

const page = new GatePage({ place, tones: new GateTones(new AudioContext()) });
page.show(null);

new GateLine({
  clock: browserClock,
  openEvents({ onText, onEnd }) {
    const source = new EventSource(`${window.location.pathname}/events`);
    source.onmessage = (event) => onText(String(event.data));
    // Closed at once: the line decides itself when to try again.
    source.onerror = () => {
      source.close();
      onEnd();
    };
    return source;
  },
  show: (view) => page.show(view),
  reload: () => window.location.reload(),
}).start();
