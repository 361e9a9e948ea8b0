import type { LiveView } from '../../http/staff/live-view.ts';
import { ConnectionLost } from '../connection-lost.tsx';
import { useMay } from '../rights.tsx';
import { useAddress } from '../use-address.ts';
import { type Language, words } from '../words.ts';
import { accessWords } from './access-words.ts';
import { BadgesPage } from './badges-page.tsx';
import { ClubRulesPage } from './club-rules-page.tsx';
import { MigrationPage } from './migration-page.tsx';
import { OutagesPage } from './outages-page.tsx';
import { priceWords } from './price-words.ts';
import { PricesPage } from './prices-page.tsx';

const pages = ['rules', 'prices', 'badges', 'outages', 'migration'] as const;

/** Who may come in and what it costs: the rules of a club, its prices, its old badges, what an outage decided, and how far it is with its old system. `#access/outages/CLUB/2026-11-26`. */
export function AccessPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = accessWords[language];
  const [named, clubAsked, day] = useAddress();
  const seesPrices = useMay('price.see');
  const shownPages = pages.filter((one) => one !== 'prices' || seesPrices);
  const page = shownPages.find((one) => one === named) ?? 'rules';
  const titles = { ...text, prices: priceWords[language].prices };
  const clubId = view.clubs.find(({ id }) => id === clubAsked)?.id ?? view.clubs[0]?.id ?? '';
  const shared = { language, view, connected, clubId };
  return (
    <main className="access">
      <div className="heading">
        <h1>{titles[page]}</h1>
        <nav className="places" aria-label={text.pages}>
          {shownPages.map((one) => (
            <a
              key={one}
              href={one === 'badges' ? '#access/badges' : `#access/${one}/${clubId}`}
              aria-current={one === page ? 'page' : undefined}
            >
              {titles[one]}
            </a>
          ))}
        </nav>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      {page === 'rules' && <ClubRulesPage key={clubId} {...shared} />}
      {page === 'prices' && <PricesPage key={clubId} {...shared} />}
      {page === 'badges' && <BadgesPage {...shared} />}
      {page === 'migration' && <MigrationPage key={clubId} {...shared} />}
      {page === 'outages' && <OutagesPage key={clubId} {...shared} day={day ?? null} />}
    </main>
  );
}
