import { browserClock } from '@portillon/ui/browser-clock.ts';
import '@portillon/ui/fonts.css';
import { type BrandName, brands, cssText, lookVariables } from '@portillon/ui/tokens.ts';
import { createRoot } from 'react-dom/client';
import { LiveClub } from './live-club.ts';
import './panel.css';
import { PanelPage } from './panel-page.tsx';

const look = document.head.appendChild(document.createElement('style'));
const wear = (brand: BrandName) => {
  look.textContent = cssText(lookVariables(brand));
};
wear('cadence');

const liveClub = new LiveClub(browserClock, `${location.origin.replace(/^http/, 'ws')}/api/live`);
liveClub.subscribe(() => {
  const brand = liveClub.now.club?.brand;
  if (brand && Object.hasOwn(brands, brand)) wear(brand as BrandName);
});

const root = document.getElementById('root');
if (root) createRoot(root).render(<PanelPage liveClub={liveClub} clock={browserClock} />);
