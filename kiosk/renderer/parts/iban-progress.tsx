import { SquareCheck } from 'lucide-react';
import { ibanProgress } from '../../bridge/iban-typing.ts';
import { useWords } from '../words.ts';

/** How far an IBAN has come: its country in words, how many characters of how many, and whether they agree. */
export function IbanProgress({ typed }: { typed: string }) {
  const { say, language } = useWords();
  const progress = ibanProgress(typed);
  return (
    <p className="iban-progress" role="status" data-testid="iban-progress" data-state={progress.state}>
      {progress.state === 'whole' ? <SquareCheck aria-hidden="true" className="icon" /> : null}
      {words()}
    </p>
  );

  function words(): string {
    if (progress.state === 'no-country') return say('iban.start');
    if (progress.state === 'not-sepa') return say('iban.not-sepa');
    const country = new Intl.DisplayNames([language], { type: 'region' }).of(progress.country);
    const counted = { country: country ?? progress.country, typed: progress.typed, length: progress.length };
    if (progress.state === 'too-short' || progress.state === 'too-long') return say('iban.count', counted);
    return progress.state === 'whole' ? say('iban.whole', counted) : say('iban.check', counted);
  }
}
