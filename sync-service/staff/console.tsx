import { useContext } from 'react';
import type { StaffAct } from '../http/staff/account-view.ts';
import { AccessPage } from './access/access-page.tsx';
import { accessWords } from './access/access-words.ts';
import { accountWords } from './accounts/account-words.ts';
import { AccountsPage } from './accounts/accounts-page.tsx';
import { caseWords } from './case-words.ts';
import { CasesPage } from './cases-page.tsx';
import { closingWords } from './closing-words.ts';
import { ClosingsPage } from './closings-page.tsx';
import { deviceWords } from './device-words.ts';
import { DevicesPage } from './devices-page.tsx';
import { gateWords } from './gate-words.ts';
import { GatesPage } from './gates-page.tsx';
import { LivePage } from './live-page.tsx';
import { MemberPage } from './member/member-page.tsx';
import { orderWords } from './order-words.ts';
import { OrdersPage } from './orders-page.tsx';
import { PageBar, type PageBarProps } from './page-bar.tsx';
import { PrivacyPage } from './privacy/privacy-page.tsx';
import { privacyWords } from './privacy/privacy-words.ts';
import { Rights } from './rights.tsx';
import { SearchPage } from './search/search-page.tsx';
import { searchWords } from './search/search-words.ts';
import { useLiveView } from './use-live-view.ts';
import { places, usePlace } from './use-place.ts';

/** Who sees which view. */
const actOf: Readonly<Record<(typeof places)[number], StaffAct>> = {
  live: 'live.see',
  search: 'member.find',
  cases: 'case.see',
  orders: 'order.see',
  gates: 'gate.see',
  closings: 'closing.see',
  access: 'club-rules.see',
  devices: 'device.see',
  privacy: 'privacy.see',
  accounts: 'account.see',
};

/** What staff have once they are signed in: the views, and the live stream that all of them show. */
export function Console({ bar, onSignedOut }: { bar: PageBarProps; onSignedOut: () => void }) {
  const live = useLiveView(onSignedOut);
  const place = usePlace();
  const { text, language } = bar;
  const open = live.view?.cases.open ?? 0;
  const alarms = live.view?.alarms.length ?? 0;
  const rights = useContext(Rights);
  const titles = {
    live: text.live,
    search: searchWords[language].search,
    accounts: accountWords[language].accounts,
    privacy: privacyWords[language].privacy,
    cases: caseWords[language].cases,
    orders: orderWords[language].orders,
    closings: closingWords[language].closings,
    gates: gateWords[language].gates,
    access: accessWords[language].access,
    devices: deviceWords[language].devices,
  };
  return (
    <>
      <PageBar {...bar}>
        <nav className="places" aria-label={text.places}>
          {places
            .filter((one) => rights.has(actOf[one]))
            .map((one) => (
              <a key={one} href={`#${one}`} aria-current={one === place ? 'page' : undefined}>
                {titles[one]}
                {one === 'cases' && open > 0 && (
                  <span className="badge" data-testid="open-cases">
                    {open}
                    <span className="unseen"> {caseWords[language].open}</span>
                  </span>
                )}
                {one === 'gates' && alarms > 0 && (
                  <span className="badge" data-testid="open-alarms">
                    {alarms}
                    <span className="unseen"> {gateWords[language].alarmsOpen}</span>
                  </span>
                )}
              </a>
            ))}
        </nav>
      </PageBar>
      {!live.view && <p className="note">{text.loading}</p>}
      {live.view && place === 'live' && (
        <LivePage text={text} language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'cases' && (
        <CasesPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'privacy' && (
        <PrivacyPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'closings' && (
        <ClosingsPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'gates' && (
        <GatesPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'access' && (
        <AccessPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'member' && (
        <MemberPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'search' && (
        <SearchPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'accounts' && (
        <AccountsPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'devices' && (
        <DevicesPage language={language} view={live.view} connected={live.connected} />
      )}
      {live.view && place === 'orders' && (
        <OrdersPage language={language} view={live.view} connected={live.connected} />
      )}
    </>
  );
}
