import { clubAccessSchema } from '../../http/staff/access-view.ts';
import type { LiveView } from '../../http/staff/live-view.ts';
import type { Language } from '../words.ts';
import { accessWords } from './access-words.ts';
import { ChangeHistory } from './change-history.tsx';
import { ClosuresForm } from './closures-form.tsx';
import { ClubChoice } from './club-choice.tsx';
import { HoursForm } from './hours-form.tsx';
import { PolicyForm } from './policy-form.tsx';
import { useAnswer } from './use-answer.ts';

/** What the operator decides of a club: rules, hours, closed days, and who decided it. */
export function ClubRulesPage(props: {
  readonly language: Language;
  readonly view: LiveView;
  readonly connected: boolean;
  readonly clubId: string;
}) {
  const { language, view, connected, clubId } = props;
  const text = accessWords[language];
  const path = clubId === '' ? null : `clubs/${clubId}/access`;
  const { shown, failed, askAgain } = useAnswer(path, clubAccessSchema, connected);
  const form = { language, onDone: askAgain };
  return (
    <>
      <ClubChoice view={view} clubId={clubId} page="rules" text={text} />
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      {!shown && !failed && <p className="note">{text.reading}</p>}
      {shown && (
        <div className="rules">
          <PolicyForm key={`${shown.id} policy`} club={shown} {...form} />
          <div className="rules-beside">
            <HoursForm key={`${shown.id} hours`} club={shown} {...form} />
            <ClosuresForm key={`${shown.id} closures`} club={shown} {...form} />
            <ChangeHistory
              changes={shown.changes}
              timeZone={shown.timeZone}
              language={language}
              title={text.history}
            />
          </div>
        </div>
      )}
    </>
  );
}
