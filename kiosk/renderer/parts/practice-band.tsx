import { useWords } from '../words.ts';

/** SA51: lies over every screen and every card while staff practise, so that nobody takes it for a sale. */
export function PracticeBand() {
  const { say } = useWords();
  return (
    <p className="practice-band" role="note" data-testid="practice-band">
      <span>{say('practice.band')}</span>
    </p>
  );
}
