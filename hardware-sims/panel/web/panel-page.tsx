import type { Clock } from '@portillon/ui/browser-clock.ts';
import { PortillonMark } from '@portillon/ui/portillon-mark.tsx';
import { useState, useSyncExternalStore } from 'react';
import type { ClubView, DeviceKind } from '../club-view.ts';
import { cableOf, type NetworkView, viewOf } from './device-views.ts';
import { DispenserFace } from './dispenser-face.tsx';
import { GateFace } from './gate-face.tsx';
import type { LiveClub } from './live-club.ts';
import { Pocket } from './pocket.tsx';
import { PrinterFace } from './printer-face.tsx';
import type { Moment } from './progress.tsx';
import { TerminalFace } from './terminal-face.tsx';
import { type Acts, useActs } from './use-acts.ts';
import { Workbench } from './workbench.tsx';

/** The club as a person would see it: what stands there, what one holds in the hand, and what lies behind. */
export function PanelPage({ liveClub, clock }: { liveClub: LiveClub; clock: Clock }) {
  const { club, connected, arrivedMs } = useSyncExternalStore(liveClub.subscribe, liveClub.snapshot);
  const acts = useActs();
  if (!club) return <p className="notice">Looking for the virtual club…</p>;
  return (
    <div className="page">
      <Header club={club} acts={acts} />
      <Notices club={club} connected={connected} />
      <Places club={club} acts={acts} moment={{ clock, arrivedMs }} />
      <Workbench club={club} acts={acts} />
    </div>
  );
}

function Header({ club, acts }: { club: ClubView; acts: Acts }) {
  const network = club.devices.find((device) => device.kind === 'network');
  const isCut = network !== undefined && cableOf(network) === 'out';
  return (
    <header className="header">
      <PortillonMark className="header-mark" />
      <h1>{club.name}</h1>
      <span className="header-sub">Device panel</span>
      <div className="header-words" role="status" aria-live="polite">
        {acts.words && (
          <p className={acts.words.no ? 'words words-no' : 'words'}>
            {acts.words.text}
            <button type="button" aria-label="Close" onClick={acts.forget}>
              ✕
            </button>
          </p>
        )}
      </div>
      {network && (
        <div className="header-network">
          <span role="status">
            {isCut
              ? '✕ Network to the member base is cut'
              : `Network to the member base · connections: ${viewOf<NetworkView>(network).connections}`}
          </span>
          <button
            type="button"
            className={isCut ? 'button button-primary' : 'button'}
            onClick={() => acts.world(isCut ? 'restore-network' : 'cut-network', {})}
          >
            {isCut ? 'Put the network back' : 'Cut the network'}
          </button>
        </div>
      )}
    </header>
  );
}

function Notices({ club, connected }: { club: ClubView; connected: boolean }) {
  return (
    <>
      {!connected && (
        <p className="notice notice-stop" role="alert">
          The virtual club does not answer. This is what it last looked like.
        </p>
      )}
      {club.missing.map((missing) => (
        <p key={missing.name} className="notice">
          <span>
            {missing.name} is missing: {missing.why}.
          </span>
          {missing.command && <code>{missing.command}</code>}
        </p>
      ))}
    </>
  );
}

function Places({ club, acts, moment }: { club: ClubView; acts: Acts; moment: Moment }) {
  const [chosenGate, setChosenGate] = useState<string | null>(null);
  const gate = club.gates.find((one) => one.id === chosenGate) ?? club.gates[0];
  const there = (kind: DeviceKind) => club.devices.find((device) => device.kind === kind);
  const terminal = there('terminal');
  const dispenser = there('dispenser');
  const printer = there('printer');
  return (
    <main className="places">
      <div className="place">
        {terminal && <TerminalFace device={terminal} acts={acts} moment={moment} />}
        {dispenser && <DispenserFace device={dispenser} acts={acts} moment={moment} />}
      </div>
      <div className="place">{printer && <PrinterFace club={club} device={printer} acts={acts} />}</div>
      <div className="place">
        <Pocket club={club} gateId={gate?.id ?? null} acts={acts} />
      </div>
      <div className="place">
        {club.gates.length > 1 && (
          <div className="button-row">
            {club.gates.map((one) => (
              <button
                key={one.id}
                type="button"
                className="button"
                aria-pressed={one.id === gate?.id}
                onClick={() => setChosenGate(one.id)}
              >
                {one.name}
              </button>
            ))}
          </div>
        )}
        {gate && <GateFace gate={gate} club={club} acts={acts} moment={moment} />}
      </div>
    </main>
  );
}
