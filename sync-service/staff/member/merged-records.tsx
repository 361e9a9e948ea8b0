import { useState } from 'react';
import type { MemberAccess } from '../../http/staff/member-view.ts';
import { mergedPairSchema } from '../../http/staff/same-person-view.ts';
import { ChangeForm } from '../access/change-form.tsx';
import { sendChange } from '../access/send-change.ts';
import { useAnswer } from '../access/use-answer.ts';
import { fullDate } from '../full-date.ts';
import { May } from '../rights.tsx';
import { RecordShown } from '../same-person.tsx';
import { samePersonWords } from '../same-person-words.ts';
import type { Language } from '../words.ts';
import { memberWords } from './member-words.ts';

interface MergedRecordsProps {
  readonly merges: MemberAccess['merges'];
  readonly timeZone: string | undefined;
  readonly language: Language;
  readonly onDone: () => void;
}

/** With which other records this one was merged, and the way back. */
export function MergedRecords({ merges, timeZone, language, onDone }: MergedRecordsProps) {
  const said = samePersonWords[language];
  const [undoing, setUndoing] = useState<string | null>(null);
  return (
    <section className="panel wide same-person" aria-labelledby="merges" data-testid="merges">
      <h2 id="merges">{said.merged}</h2>
      <ul className="plain-list">
        {merges.map(({ mergeId, way, at, by, reason, other }) => (
          <li key={mergeId}>
            <a href={`#member/${other.memberId}/member`}>
              {said[way](other.name ?? memberWords[language].noName, other.homeClub)}
            </a>
            {way === 'into' && <span>{said.intoLead}</span>}
            <span>{reason}</span>
            <small className="hint">{said.mergedBy(by, fullDate(at, timeZone, language))}</small>
            {undoing === mergeId ? (
              <UndoMerge
                mergeId={mergeId}
                language={language}
                onDone={() => {
                  setUndoing(null);
                  onDone();
                }}
                onBack={() => setUndoing(null)}
              />
            ) : (
              <May act="member.merge">
                <p className="ways">
                  <button type="button" onClick={() => setUndoing(mergeId)}>
                    {said.undo}…
                  </button>
                </p>
              </May>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Both records as they would be, and why: nothing is put back before that. */
function UndoMerge(props: {
  readonly mergeId: string;
  readonly language: Language;
  readonly onDone: () => void;
  readonly onBack: () => void;
}) {
  const { mergeId, language, onDone, onBack } = props;
  const said = samePersonWords[language];
  const { shown, failed } = useAnswer(`member-merges/${mergeId}`, mergedPairSchema, null);
  if (failed === 'not-found') return <p role="status">{said.undoRefusals['merge.unknown']}</p>;
  if (!shown) return null;
  const seesBoth = shown.records.every(({ more }) => more !== null);
  return (
    <>
      <p>{said.undoLead}</p>
      <div className="records">
        {shown.records.map((record) => (
          <RecordShown key={record.memberId} record={record} language={language} />
        ))}
      </div>
      {seesBoth ? (
        <>
          <p>{said.undoFollows}</p>
          <ChangeForm
            title={said.undo}
            language={language}
            save={said.undo}
            primary
            refusals={said.undoRefusals}
            send={(reason) => sendChange('POST', `member-merges/${mergeId}/undo`, { reason })}
            onDone={onDone}
            onBack={onBack}
          />
        </>
      ) : (
        <p role="status">{said.undoElsewhere}</p>
      )}
    </>
  );
}
