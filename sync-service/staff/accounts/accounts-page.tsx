import { useState } from 'react';
import {
  type AccountList,
  accountListSchema,
  madeAccountSchema,
  type NewAccount,
  type ShownAccount,
} from '../../http/staff/account-view.ts';
import type { LiveView } from '../../http/staff/live-view.ts';
import { sendChange } from '../access/send-change.ts';
import { useAnswer } from '../access/use-answer.ts';
import { ConnectionLost } from '../connection-lost.tsx';
import { fullDate } from '../full-date.ts';
import { type Language, words } from '../words.ts';
import { AccountForm } from './account-form.tsx';
import { type AccountWords, accountWords } from './account-words.ts';

/** Who has an account, what it may do for which clubs, and who opened, changed or ended it. */
export function AccountsPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = accountWords[language];
  const { shown: list, failed, askAgain } = useAnswer('accounts', accountListSchema, connected);
  const [edited, setEdited] = useState<'new' | string | null>(null);
  const [made, setMade] = useState<{ readonly name: string; readonly password: string } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const account = list?.accounts.find(({ id }) => id === edited) ?? null;

  const refused = (code: string | null): string | null => {
    if (code === null) {
      setEdited(null);
      askAgain();
    }
    return code === null ? null : (text.refusals[code] ?? `${text.noAnswer} (${code})`);
  };
  const send = async (asked: NewAccount): Promise<string | null> => {
    if (account) {
      const { role, reach } = asked;
      return refused((await sendChange('PUT', `accounts/${account.id}`, { role, reach })).refused);
    }
    const opened = await openAccount(asked);
    if ('password' in opened) setMade({ name: asked.name, password: opened.password });
    return refused('refused' in opened ? opened.refused : null);
  };
  const end = ({ id }: ShownAccount) => {
    sendChange('POST', `accounts/${id}/end`, {})
      .then((answer) => setProblem(refused(answer.refused)))
      .catch(() => setProblem(text.noAnswer));
  };

  return (
    <main className="access accounts">
      <div className="heading">
        <h1>{text.accounts}</h1>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      <p className="lead">{text.lead}</p>
      {(failed || problem) && (
        <p className="lost" role="alert">
          {problem ?? text.noAnswer}
        </p>
      )}
      {!list && !failed && <p className="note">{text.reading}</p>}
      {made && (
        <section className="panel" aria-labelledby="password-told">
          <h2 id="password-told">{text.passwordTitle(made.name)}</h2>
          <p className="told-password" data-testid="password">
            {made.password}
          </p>
          <p>{text.passwordOnce}</p>
          <button type="button" onClick={() => setMade(null)}>
            {text.done}
          </button>
        </section>
      )}
      {list && edited !== null && (
        <AccountForm
          key={edited}
          account={account}
          list={list}
          view={view}
          text={text}
          onSend={send}
          onBack={() => setEdited(null)}
        />
      )}
      {list && edited === null && (
        <>
          <p className="ways">
            <button type="button" className="primary" onClick={() => setEdited('new')}>
              {text.open}
            </button>
          </p>
          <ul className="account-list panel" data-testid="accounts">
            {list.accounts.map((one) => (
              <AccountRow
                key={one.id}
                one={one}
                reach={reachWords(one, list, view, text)}
                text={text}
                onChange={() => setEdited(one.id)}
                onEnd={() => end(one)}
              />
            ))}
          </ul>
          <section className="panel history" aria-labelledby="account-history">
            <h2 id="account-history">{text.history}</h2>
            {list.changes.length === 0 && <p className="empty">{text.noHistory}</p>}
            <ul>
              {list.changes.map(({ id, at, by, account: named, what }) => (
                <li key={id}>
                  <p className="history-head">
                    <span>
                      <strong>{by}</strong> {text.what[what](named)}
                    </span>
                    <time dateTime={at}>{fullDate(at, undefined, language)}</time>
                  </p>
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </main>
  );
}

function AccountRow(props: {
  one: ShownAccount;
  reach: string;
  text: AccountWords;
  onChange: () => void;
  onEnd: () => void;
}) {
  const { one, reach, text, onChange, onEnd } = props;
  const [ending, setEnding] = useState(false);
  return (
    <li className={one.endedAt ? 'over' : undefined}>
      <div>
        <strong>{one.name}</strong>
        <small className="hint">
          {[
            text.roles[one.role],
            reach,
            one.signsInBy === 'password' ? text.byPassword : text.byProvider,
            one.endedAt && text.ended,
          ]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </div>
      {!one.endedAt && (
        <p className="ways">
          {ending ? (
            <>
              <button type="button" className="primary" onClick={onEnd}>
                {text.endIt(one.name)}
              </button>
              <button type="button" onClick={() => setEnding(false)}>
                {text.back}
              </button>
            </>
          ) : (
            <>
              {one.signsInBy === 'password' && (
                <button type="button" onClick={onChange}>
                  {text.change}
                </button>
              )}
              <button type="button" onClick={() => setEnding(true)}>
                {text.end}
              </button>
            </>
          )}
        </p>
      )}
    </li>
  );
}

function reachWords({ reach }: ShownAccount, list: AccountList, view: LiveView, text: AccountWords): string {
  if (reach.kind === 'network') return text.network;
  if (reach.kind === 'entity') {
    return text.entity(list.legalEntities.find(({ id }) => id === reach.legalEntityId)?.name ?? '');
  }
  return reach.clubIds.flatMap((id) => view.clubs.find((club) => club.id === id)?.name ?? []).join(', ');
}

async function openAccount(
  asked: NewAccount,
): Promise<{ readonly password: string } | { readonly refused: string }> {
  const response = await fetch('api/accounts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });
  if (response.ok) return madeAccountSchema.parse(await response.json());
  if (response.status >= 500) throw new Error(`HTTP ${response.status}`);
  const answer = (await response.json()) as { error?: { code?: string } };
  return { refused: answer.error?.code ?? `HTTP ${response.status}` };
}
