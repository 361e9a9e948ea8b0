import { type FormEvent, useState } from 'react';
import type { CardView, ClubView } from '../club-view.ts';
import type { Acts } from './use-acts.ts';
import { cardKinds } from './words.ts';

const codesShown = 3;

/** What the person holds: cards to tap, codes to show. */
export function Pocket({ club, gateId, acts }: { club: ClubView; gateId: string | null; acts: Acts }) {
  const cards = club.cards.filter((card) => ['hand', 'reader', 'kiosk-reader'].includes(card.place.at));
  const atKiosk = club.devices.some((device) => device.kind === 'kiosk-reader');
  return (
    <section className="box box-grows" aria-label="In your hand">
      <div className="box-title">
        <h2>Cards in your hand</h2>
        <small>{cards.length}</small>
      </div>
      <ul className="pocket-list">
        {cards.map((card) => (
          <li key={card.cardId} className="pocket-card">
            <span className={`plastic plastic-${card.kind}`} aria-hidden="true" />
            <span className="pocket-card-name" title={cardKinds[card.kind]}>
              {card.label}
              <code>{card.cardId}</code>
            </span>
            <span className="pocket-card-acts">
              <TapButton card={card} gateId={gateId} acts={acts} />
              {atKiosk && <KioskButton card={card} acts={acts} />}
            </span>
            {card.faults.length > 0 && <CardFaults card={card} acts={acts} />}
          </li>
        ))}
      </ul>
      {cards.length === 0 && <p className="hint">None. Take one from the dispenser.</p>}
      <Codes club={club} gateId={gateId} acts={acts} />
    </section>
  );
}

/** What can be the matter with the card itself, folded away until somebody wants it. */
function CardFaults({ card, acts }: { card: CardView; acts: Acts }) {
  const on = card.faults.filter((fault) => fault.on);
  return (
    <details className="card-faults">
      <summary>
        {on.length === 0 ? 'Faults of this card' : `Faulty: ${on.map(({ name }) => name).join(', ')}`}
      </summary>
      <ul className="switches">
        {card.faults.map((fault) => (
          <li key={fault.name}>
            <label className="switch">
              <input
                type="checkbox"
                checked={fault.on}
                onChange={(event) =>
                  acts.world('card-fault', {
                    cardId: card.cardId,
                    name: fault.name,
                    on: event.target.checked,
                  })
                }
              />
              <span>
                {fault.name}
                <small>{fault.words}</small>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}

function TapButton({ card, gateId, acts }: { card: CardView; gateId: string | null; acts: Acts }) {
  if (card.place.at === 'kiosk-reader') return null;
  if (card.place.at === 'reader') return <span className="state state-info">on the reader</span>;
  return (
    <button
      type="button"
      className="button button-primary"
      disabled={gateId === null}
      onClick={() => gateId && acts.world('tap', { gateId, cardId: card.cardId })}
    >
      Tap
    </button>
  );
}

/** The kiosk's reader: a card stays there until it is taken away. */
function KioskButton({ card, acts }: { card: CardView; acts: Acts }) {
  if (card.place.at === 'reader') return null;
  const lies = card.place.at === 'kiosk-reader';
  return (
    <button
      type="button"
      className={lies ? 'button button-primary' : 'button'}
      onClick={() =>
        lies ? acts.world('lift-from-kiosk', {}) : acts.world('lay-on-kiosk', { cardId: card.cardId })
      }
    >
      {lies ? 'Take away' : 'Hold to kiosk'}
    </button>
  );
}

/** Codes that can be held before the scanner: those on papers, and whatever is typed. */
function Codes({ club, gateId, acts }: { club: ClubView; gateId: string | null; acts: Acts }) {
  const [typed, setTyped] = useState('');
  const onPapers = club.papers.flatMap((paper) =>
    paper.codes.map((text, qrIndex) => ({
      name: `Code on paper ${paper.index + 1}`,
      text,
      scan: { paperIndex: paper.index, qrIndex },
    })),
  );
  const remembered = club.codes.map((text) => ({ name: 'Code you know', text, scan: { text } }));
  const codes = [...onPapers.toReversed().slice(0, codesShown), ...remembered.slice(0, codesShown)];
  const scanTyped = (event: FormEvent) => {
    event.preventDefault();
    if (gateId && typed) acts.world('scan', { gateId, text: typed });
  };
  return (
    <>
      <div className="box-title">
        <h2>Codes to scan</h2>
      </div>
      <ul className="pocket-list">
        {codes.map((code) => (
          <li key={`${code.name} ${code.text}`} className="pocket-card">
            <span className="qr-sign" aria-hidden="true" />
            <span className="pocket-card-name">
              {code.name}
              <code className="one-line" title={code.text}>
                {code.text}
              </code>
            </span>
            <button
              type="button"
              className="button button-primary"
              disabled={gateId === null}
              onClick={() => gateId && acts.world('scan', { gateId, ...code.scan })}
            >
              Scan
            </button>
          </li>
        ))}
      </ul>
      <form className="field-row" onSubmit={scanTyped}>
        <input
          className="text-field"
          aria-label="Text of a code"
          placeholder="Text of a code"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button" disabled={gateId === null || typed === ''}>
          Scan
        </button>
      </form>
    </>
  );
}
