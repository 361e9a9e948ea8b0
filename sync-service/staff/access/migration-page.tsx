import { formatEuros } from '@portillon/ui/format/money.ts';
import { useState } from 'react';
import type { LiveView } from '../../http/staff/live-view.ts';
import {
  type ClubMigration,
  clubMigrationSchema,
  type ShownGoLine,
} from '../../http/staff/migration-view.ts';
import { dayAndTime, type Language } from '../words.ts';
import { accessWords } from './access-words.ts';
import { ChangeForm } from './change-form.tsx';
import { ClubChoice } from './club-choice.tsx';
import { migrationWords } from './migration-words.ts';
import { sendChange } from './send-change.ts';
import { useAnswer } from './use-answer.ts';

/** How far a club is with the system that it comes from, what the next step asks, and the step itself. */
export function MigrationPage(props: {
  readonly language: Language;
  readonly view: LiveView;
  readonly connected: boolean;
  readonly clubId: string;
}) {
  const { language, view, connected, clubId } = props;
  const text = accessWords[language];
  const words = migrationWords[language];
  const path = clubId === '' ? null : `clubs/${clubId}/migration`;
  const { shown, failed, askAgain } = useAnswer(path, clubMigrationSchema, `${connected} ${view.at}`);
  const part = { language, onDone: askAgain };
  return (
    <>
      <p className="lead">{words.lead}</p>
      <ClubChoice view={view} clubId={clubId} page="migration" text={text} />
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      {!shown && !failed && <p className="note">{text.reading}</p>}
      {shown && (
        <div className="rules">
          <div className="rules-beside">
            <StateNow club={shown} language={language} />
            {shown.next
              .filter(({ state }) => shown.state !== null || state !== 'legacy')
              .map(({ state, list }) => (
                <NextStep key={`${shown.state} ${state}`} club={shown} to={state} list={list} {...part} />
              ))}
          </div>
          <div className="rules-beside">
            <Figures club={shown} language={language} />
            <Steps club={shown} language={language} />
          </div>
        </div>
      )}
    </>
  );
}

function StateNow({ club, language }: { readonly club: ClubMigration; readonly language: Language }) {
  const words = migrationWords[language];
  const { state, since, timeZone } = club;
  return (
    <section className="panel" aria-labelledby="migration-state">
      <h2 id="migration-state" data-testid="migration-state">
        {state === null ? words.noState : words.states[state]}
      </h2>
      {state !== null && since !== null && (
        <p className="hint">{words.since(dayAndTime(since, timeZone, language))}</p>
      )}
      {state !== null && <p>{words.meanings[state]}</p>}
    </section>
  );
}

function NextStep(props: {
  readonly club: ClubMigration;
  readonly to: ClubMigration['next'][number]['state'];
  readonly list: readonly ShownGoLine[] | null;
  readonly language: Language;
  readonly onDone: () => void;
}) {
  const { club, to, list, language, onDone } = props;
  const words = migrationWords[language];
  const [despite, setDespite] = useState(false);
  const against = list?.filter(({ verdict }) => verdict === 'no-go').length ?? 0;
  const send = async (reason: string) => {
    const result = await sendChange('PUT', `clubs/${club.clubId}/migration`, {
      state: to,
      reason,
      despiteNoGo: despite && against > 0,
    });
    if (result.refused !== null && result.refused in words.refusals) onDone();
    return result;
  };
  return (
    <section className="panel" aria-label={words.steps[to]}>
      {list && <h2>{words.listFor[to]}</h2>}
      {list && <GoTable list={list} language={language} />}
      {list && (
        <p className={against > 0 ? 'problem' : 'done'}>
          {against > 0 ? words.standAgainst(against) : words.allGo}
        </p>
      )}
      {!list && <h2>{words.steps[to]}</h2>}
      <p className="hint">{words.stepHints[to]}</p>
      <ChangeForm
        title={words.steps[to]}
        language={language}
        save={words.steps[to]}
        flaw={() => (against > 0 && !despite ? words.despiteNeeded : null)}
        send={send}
        onDone={onDone}
        refusals={words.refusals}
      >
        {against > 0 && (
          <label className="tick">
            <input type="checkbox" checked={despite} onChange={(event) => setDespite(event.target.checked)} />
            {words.despite}
          </label>
        )}
      </ChangeForm>
    </section>
  );
}

function GoTable({ list, language }: { readonly list: readonly ShownGoLine[]; readonly language: Language }) {
  const words = migrationWords[language];
  const number = new Intl.NumberFormat(language);
  return (
    <table className="go-list">
      <thead>
        <tr>
          <th scope="col">{words.columns.what}</th>
          <th scope="col" className="number">
            {words.columns.figure}
          </th>
          <th scope="col" className="number">
            {words.columns.limit}
          </th>
          <th scope="col">{words.columns.verdict}</th>
        </tr>
      </thead>
      <tbody>
        {list.map(({ question, figure, limit, unit, verdict }) => (
          <tr key={question} data-testid="go-line">
            <th scope="row">{words.questions[question]}</th>
            <td className="number">
              {figure === null ? words.notMeasured : words.units[unit](number.format(figure))}
            </td>
            <td className="number" data-name={words.columns.limit.toLowerCase()}>
              {words.units[unit](number.format(limit))}
            </td>
            <td className={verdict === 'go' ? 'done' : 'problem'}>{words.verdicts[verdict]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Figures({ club, language }: { readonly club: ClubMigration; readonly language: Language }) {
  const words = migrationWords[language];
  const count = (figure: number) => new Intl.NumberFormat(language).format(figure);
  const time = (at: string) => dayAndTime(at, club.timeZone, language);
  const { lastImport, reconciliation, badges } = club;
  const pair = (both: { readonly source: number; readonly base: number }, show = count) =>
    words.both(show(both.source), show(both.base));
  const rows: readonly (readonly [string, string])[] = [
    [
      words.importedAt,
      lastImport
        ? `${time(lastImport.endedAt)} · ${lastImport.system} · ${words.importLines(count(lastImport.lines), count(lastImport.rejected))}`
        : words.never,
    ],
    [
      words.reconciledAt,
      reconciliation
        ? `${time(reconciliation.at)} · ${words.differences(count(reconciliation.differences))}`
        : words.never,
    ],
    ...(reconciliation
      ? ([
          [`${words.members}, ${words.sourceAndBase}`, pair(reconciliation.members)],
          [`${words.badges}, ${words.sourceAndBase}`, pair(reconciliation.badges)],
          [
            `${words.owed}, ${words.sourceAndBase}`,
            pair(reconciliation.owedCents, (cents) => formatEuros(cents, language)),
          ],
          [words.withoutBadge, count(reconciliation.membersWithoutBadge)],
          [words.withoutMember, count(reconciliation.badgesWithoutMember)],
        ] as const)
      : []),
    [words.openBadges, count(badges.open)],
    [words.waitingBadges, count(badges.waiting)],
    [words.cards, count(badges.cards)],
  ];
  return (
    <section className="panel" aria-labelledby="migration-figures">
      <h2 id="migration-figures">{words.figures}</h2>
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Steps({ club, language }: { readonly club: ClubMigration; readonly language: Language }) {
  const words = migrationWords[language];
  return (
    <section className="panel history" aria-labelledby="migration-steps">
      <h2 id="migration-steps">{words.history}</h2>
      {club.history.length === 0 && <p className="empty">{words.noHistory}</p>}
      <ul>
        {club.history.map(({ id, at, from, to, by, reason, despite }) => (
          <li key={id} data-testid="migration-step">
            <p className="history-head">
              <strong>{by}</strong>
              <time dateTime={at}>{dayAndTime(at, club.timeZone, language)}</time>
            </p>
            <p>{words.step(from && words.states[from], words.states[to])}</p>
            <p>{reason}</p>
            {despite.length > 0 && (
              <p className="hint">
                {words.against(despite.map(({ question }) => words.questions[question]).join(' · '))}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
