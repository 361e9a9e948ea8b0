import type { LiveView } from '../../http/staff/live-view.ts';
import { ConnectionLost } from '../connection-lost.tsx';
import { useAddress } from '../use-address.ts';
import { type Language, words } from '../words.ts';
import { accessWords } from './access-words.ts';
import { BadgesPage } from './badges-page.tsx';
import { ClubRulesPage } from './club-rules-page.tsx';
import { MigrationPage } from './migration-page.tsx';
import { OutagesPage } from './outages-page.tsx';

const pages = ['rules', 'badges', 'outages', 'migration'] as const;

/** Who may come in: the rules of a club, its old badges, what an outage decided, and how far it is with its old system. `#access/outages/CLUB/2026-11-26`. */
export function AccessPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = accessWords[language];
  const [named, clubAsked, day] = useAddress();
  const page = pages.find((one) => one === named) ?? 'rules';
  const clubId = view.clubs.find(({ id }) => id === clubAsked)?.id ?? view.clubs[0]?.id ?? '';
  const shared = { language, view, connected, clubId };
  return (
    <main className="access">
      <div className="heading">
        <h1>{text[page]}</h1>
        <nav className="places" aria-label={text.pages}>
          {pages.map((one) => (
            <a
              key={one}
              href={one === 'badges' ? '#access/badges' : `#access/${one}/${clubId}`}
              aria-current={one === page ? 'page' : undefined}
            >
              {text[one]}
            </a>
          ))}
        </nav>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      {page === 'rules' && <ClubRulesPage key={clubId} {...shared} />}
      {page === 'badges' && <BadgesPage {...shared} />}
      {page === 'migration' && <MigrationPage key={clubId} {...shared} />}
      {page === 'outages' && <OutagesPage key={clubId} {...shared} day={day ?? null} />}
    </main>
  );
}
