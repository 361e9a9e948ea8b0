import type { Clock } from '@portillon/ui/browser-clock.ts';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { IntlProvider } from 'react-intl';
import type { ScreenMessage } from '../bridge/messages.ts';
import type { KioskView } from '../bridge/view.ts';
import { moveFocusByArrow } from './arrow-focus.ts';
import type { Outcome } from './bridge-client.ts';
import { LeaveCard } from './cards/leave-card.tsx';
import { StaffCallCard } from './cards/staff-call-card.tsx';
import { TimeoutCard } from './cards/timeout-card.tsx';
import { wearLook } from './look.ts';
import { PracticeBand } from './parts/practice-band.tsx';
import { ScreenFor } from './screen-for.tsx';
import { AwayScreen } from './screens/away.tsx';
import { type Shell, ShellContext } from './shell.ts';
import { oncePerSecond } from './still-here.ts';
import { catalogues } from './words.ts';

interface KioskPageProps {
  /** Null while the edge is away. */
  readonly view: KioskView | null;
  readonly clock: Clock;
  send(message: ScreenMessage): Promise<Outcome>;
  /** Opened at first: the gallery shows cards that way. */
  readonly firstCard?: 'call-staff' | 'leave';
}

/** One view, shown. All that a visitor may have left on the page goes when the visit or the screen changes (I8). */
export function KioskPage({ view, clock, send, firstCard }: KioskPageProps) {
  useLook(view);
  if (view === null) return <AwayScreen />;
  return (
    <IntlProvider locale={view.language} messages={catalogues[view.language]}>
      <Visit
        key={`${view.visitId} ${view.screen.name}`}
        view={view}
        clock={clock}
        send={send}
        {...(firstCard === undefined ? {} : { firstCard })}
      />
    </IntlProvider>
  );
}

function Visit({ view, clock, send, firstCard }: KioskPageProps & { view: KioskView }) {
  const [card, setCard] = useState<'call-staff' | 'leave' | null>(firstCard ?? null);
  const busy = useRef(false);
  const lastPress = useRef<Shell['lastPress']['current']>({
    control: null,
    atMs: Number.NEGATIVE_INFINITY,
  });

  const shell = useMemo<Shell>(
    () => ({
      view,
      clock,
      lastPress,
      openCard: setCard,
      act(message) {
        if (busy.current) return;
        busy.current = true;
        void send(message).finally(() => {
          busy.current = false;
        });
      },
    }),
    [view, clock, send],
  );

  useSignsOfLife(view.timeout !== null, clock, send);

  return (
    <ShellContext.Provider value={shell}>
      {view.practice ? <PracticeBand /> : null}
      <ScreenFor view={view} act={shell.act} />
      {view.timeout?.warning ? (
        <TimeoutCard
          secondsLeft={view.timeout.secondsLeft}
          onStillHere={() => void send({ type: 'still-here' })}
          onFinish={() => shell.act({ type: 'finish' })}
        />
      ) : card === 'call-staff' ? (
        <StaffCallCard
          call={view.staffCall}
          staffPhone={view.club.staffPhone}
          about={view.about}
          onCall={(reason) => shell.act({ type: 'call-staff', reason })}
          onClose={() => setCard(null)}
        />
      ) : card === 'leave' ? (
        <LeaveCard onStay={() => setCard(null)} onLeave={() => shell.act({ type: 'finish' })} />
      ) : null}
    </ShellContext.Provider>
  );
}

/** Any touch or key puts the time-out off; asking to finish is not a wish to stay. */
function useSignsOfLife(limited: boolean, clock: Clock, send: KioskPageProps['send']) {
  useEffect(() => {
    if (!limited) return;
    const tell = oncePerSecond(clock, () => void send({ type: 'still-here' }));
    const onInput = (event: Event) => {
      const target = event.target;
      if (target instanceof Element && target.closest('[data-testid="timeout-finish"]') !== null) return;
      tell();
    };
    document.addEventListener('pointerdown', onInput, true);
    document.addEventListener('keydown', onInput, true);
    return () => {
      document.removeEventListener('pointerdown', onInput, true);
      document.removeEventListener('keydown', onInput, true);
    };
  }, [limited, clock, send]);
}

/** Brand, millimetres and language belong to the whole page, cards over the screen included; kept while the edge is away. */
function useLook(view: KioskView | null) {
  const brand = view?.club.brand;
  const diagonalInches = view?.device.diagonalInches;
  const language = view?.language;

  useLayoutEffect(() => {
    if (brand !== undefined && diagonalInches !== undefined) wearLook(brand, diagonalInches);
  }, [brand, diagonalInches]);

  useLayoutEffect(() => {
    if (language !== undefined) document.documentElement.lang = language;
  }, [language]);

  useEffect(() => {
    document.addEventListener('keydown', moveFocusByArrow);
    return () => document.removeEventListener('keydown', moveFocusByArrow);
  }, []);
}
