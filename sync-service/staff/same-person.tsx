import { type FormEvent, useEffect, useState } from 'react';
import { settlementWords } from '../http/staff/case-view.ts';
import { type SamePerson, type SamePersonRecord, samePersonSchema } from '../http/staff/same-person-view.ts';
import type { CaseWords } from './case-words.ts';
import { ChoiceField } from './choice-field.tsx';
import { May } from './rights.tsx';
import { samePersonWords } from './same-person-words.ts';
import type { Language } from './words.ts';
import { WordsField } from './words-field.tsx';

interface SamePersonPanelProps {
  readonly caseId: string;
  readonly language: Language;
  readonly text: CaseWords;
  readonly onMerged: () => void;
}

/** Both records of a case beside each other, and the way to make them one. */
export function SamePersonPanel({ caseId, language, text, onMerged }: SamePersonPanelProps) {
  const [pair, setPair] = useState<SamePerson | null>(null);
  const [merging, setMerging] = useState(false);
  const said = samePersonWords[language];
  useEffect(() => {
    const left = new AbortController();
    fetch(`api/cases/${caseId}/same-person`, { signal: left.signal })
      .then(async (answer) => (answer.ok ? setPair(samePersonSchema.parse(await answer.json())) : undefined))
      .catch(() => undefined);
    return () => left.abort();
  }, [caseId]);
  if (!pair) return null;
  const seesBoth = pair.records.every(({ more }) => more !== null);
  return (
    <section className="same-person" aria-label={said.records}>
      <div className="records">
        {pair.records.map((record) => (
          <RecordShown key={record.memberId} record={record} language={language} />
        ))}
      </div>
      {seesBoth &&
        (merging ? (
          <MergeForm {...{ caseId, pair, language, text, onMerged }} onBack={() => setMerging(false)} />
        ) : (
          <May act="member.merge">
            <button type="button" onClick={() => setMerging(true)}>
              {said.merge}
            </button>
          </May>
        ))}
    </section>
  );
}

/** One of two records, as much of it as the account may see. */
export function RecordShown({ record, language }: { record: SamePersonRecord; language: Language }) {
  const said = samePersonWords[language];
  const { name, homeClub, more } = record;
  const day = (iso: string) =>
    new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', { dateStyle: 'medium' }).format(
      new Date(iso),
    );
  return (
    <dl>
      <div>
        <dt>{homeClub}</dt>
        <dd>{name ?? '—'}</dd>
      </div>
      {more === null ? (
        <div>
          <dd>{said.elsewhere}</dd>
        </div>
      ) : (
        <>
          <div>
            <dt>{said.born}</dt>
            <dd>{more.birthDate === null ? '—' : day(`${more.birthDate}T12:00:00`)}</dd>
          </div>
          <div>
            <dt>{said.contact}</dt>
            <dd>{more.email ?? '—'}</dd>
            <dd>{more.phone ?? '—'}</dd>
          </div>
          <div>
            <dt>{said.memberships}</dt>
            {more.memberships.length === 0 && <dd>{said.none}</dd>}
            {more.memberships.map(({ plan, from, to }) => (
              <dd key={`${plan.en} ${from}`}>
                {plan[language]}, {said.between(day(from), to && day(to))}
              </dd>
            ))}
          </div>
          <div>
            <dt>{said.opens}</dt>
            <dd>{said.counts(more.credentials.card, more.credentials.pass, more.credentials.other)}</dd>
          </div>
        </>
      )}
    </dl>
  );
}

/** Which record stays, and why: neither is chosen for anybody. */
function MergeForm(props: SamePersonPanelProps & { readonly pair: SamePerson; readonly onBack: () => void }) {
  const { caseId, pair, language, text, onMerged, onBack } = props;
  const said = samePersonWords[language];
  const [staysId, setStaysId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (staysId === null) return setProblem(said.chooseOne);
    if (reason.trim().length < settlementWords.min) return setProblem(text.wordsTooShort);
    setBusy(true);
    void fetch(`api/cases/${caseId}/merge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ staysId, reason }),
    })
      .then(({ ok }) => ok)
      .catch(() => false)
      .then((ok) => {
        setBusy(false);
        if (ok) onMerged();
        else setProblem(said.notMerged);
      });
  };
  const names = Object.fromEntries(
    pair.records.map(({ memberId, name, homeClub }) => [memberId, `${name ?? '—'}, ${homeClub}`]),
  );
  return (
    <form className="settle" onSubmit={submit} noValidate>
      <ChoiceField
        legend={said.whichStays}
        className="outcomes"
        choices={pair.records.map(({ memberId }) => memberId)}
        words={names}
        chosen={staysId}
        onChoose={setStaysId}
      />
      <WordsField
        label={said.why}
        hint={text.wordsHint}
        maxLength={settlementWords.max}
        value={reason}
        problem={problem}
        onChange={setReason}
      />
      <p className="actions">
        <button type="submit" className="primary" aria-busy={busy}>
          {said.merge}
        </button>
        <button type="button" className="plain" onClick={onBack}>
          {text.back}
        </button>
      </p>
    </form>
  );
}
