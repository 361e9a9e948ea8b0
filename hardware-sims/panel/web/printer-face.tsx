import { useState } from 'react';
import type { ClubView, DeviceView } from '../club-view.ts';
import { DeviceBox } from './device-box.tsx';
import { type PrinterView, viewOf } from './device-views.ts';
import type { Acts } from './use-acts.ts';

/** The receipt printer and its papers, as pictures; the last one is shown until another is chosen. */
export function PrinterFace({ club, device, acts }: { club: ClubView; device: DeviceView; acts: Acts }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const { papers } = club;
  const found = papers.findIndex((candidate) => candidate.index === chosen);
  const at = found < 0 ? papers.length - 1 : found;
  const paper = papers[at];
  const step = (to: number) => setChosen(to === papers.length - 1 ? null : (papers[to]?.index ?? null));
  return (
    <DeviceBox title="Receipt printer" device={device} state={<PrinterState device={device} />} grows>
      <div className="paper-choice">
        <button
          type="button"
          className="button"
          aria-label="Paper before"
          disabled={at <= 0}
          onClick={() => step(at - 1)}
        >
          ‹
        </button>
        <span>{paper ? `Paper ${paper.index + 1}` : 'No paper yet'}</span>
        <button
          type="button"
          className="button"
          aria-label="Paper after"
          disabled={at >= papers.length - 1}
          onClick={() => step(at + 1)}
        >
          ›
        </button>
        {paper && (
          <button
            type="button"
            className="button tear"
            disabled={paper.torn}
            onClick={() => acts.world('tear-paper', { paperIndex: paper.index })}
          >
            {paper.torn ? 'Torn off' : 'Tear off'}
          </button>
        )}
      </div>
      <div className={paper?.torn ? 'paper-tray paper-tray-torn' : 'paper-tray'}>
        {paper && (
          <img
            key={paper.index}
            src={`${acts.client.paperSvgUrl(paper.index)}?lines=${paper.lineCount}-${paper.codes.length}`}
            alt={`Paper ${paper.index + 1}, ${paper.lineCount} lines`}
          />
        )}
      </div>
      {viewOf<PrinterView>(device).paper !== 'ok' && (
        <button type="button" className="button" onClick={() => acts.act(device.name, 'new-roll')}>
          Put in a new roll
        </button>
      )}
    </DeviceBox>
  );
}

function PrinterState({ device }: { device: DeviceView }) {
  const view = viewOf<PrinterView>(device);
  if (view.cover === 'open') return <span className="state state-watch">! cover open</span>;
  if (view.paper === 'out') return <span className="state state-watch">! no paper</span>;
  if (view.cutter === 'blocked') return <span className="state state-watch">! cutter blocked</span>;
  if (view.status === 'printing') return <span className="state state-info">prints</span>;
  if (view.paper === 'nearly out') return <span className="state state-watch">! paper nearly out</span>;
  return null;
}
