import { useState } from 'react';
import type { ClubView } from '../club-view.ts';
import type { Acts } from './use-acts.ts';

/** The papers that came out of the printer, the last one first in sight, as pictures. */
export function PaperTray({ club, acts }: { club: ClubView; acts: Acts }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = club.papers.length - 1;
  const paper = club.papers[chosen ?? last] ?? club.papers[last];
  return (
    <>
      <div className="paper-choice">
        <button
          type="button"
          className="button"
          aria-label="Paper before"
          disabled={!paper || paper.index === 0}
          onClick={() => paper && setChosen(paper.index - 1)}
        >
          ‹
        </button>
        <span>{paper ? `Paper ${paper.index + 1} of ${club.papers.length}` : 'No paper yet'}</span>
        <button
          type="button"
          className="button"
          aria-label="Paper after"
          disabled={!paper || paper.index === last}
          onClick={() => paper && setChosen(paper.index + 1 === last ? null : paper.index + 1)}
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
      <div className="paper-tray">
        {paper && (
          <img
            key={`${paper.index} ${paper.lineCount}`}
            src={`${acts.client.paperSvgUrl(paper.index)}?lines=${paper.lineCount}`}
            alt={`Paper ${paper.index + 1}, ${paper.lineCount} lines`}
          />
        )}
      </div>
    </>
  );
}
