import { WaitingBars } from '../parts/waiting-bars.tsx';
import { catalogues } from '../words.ts';

/** The edge is away: what is true of it, in both languages, since nobody's choice is known here. */
export function AwayScreen() {
  return (
    <main className="screen tone-deep away" data-testid="screen-away" data-phase="">
      <div className="big-wait">
        <WaitingBars />
      </div>
      {(['fr', 'en'] as const).map((language) => (
        <section key={language} lang={language} className="away-words">
          <h1 className="question">{catalogues[language]['away.title']}</h1>
          <p>{catalogues[language]['away.lead']}</p>
          <p>{catalogues[language]['away.money']}</p>
        </section>
      ))}
    </main>
  );
}
