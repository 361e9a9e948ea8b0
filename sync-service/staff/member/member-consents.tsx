import type { ConsentPurpose } from '@portillon/core/sale/consent-wordings.ts';
import { useState } from 'react';
import { memberConsentsSchema } from '../../http/staff/consent-view.ts';
import { useAnswer } from '../access/use-answer.ts';
import { fullDate } from '../full-date.ts';
import { May } from '../rights.tsx';
import type { Language } from '../words.ts';
import { consentWords } from './consent-words.ts';

/** What a member said yes to, in which words, and taking it back; and the copy of everything about them. */
export function MemberConsents(props: {
  readonly memberId: string;
  readonly timeZone: string | undefined;
  readonly language: Language;
  readonly onDone: () => void;
}) {
  const { memberId, timeZone, language, onDone } = props;
  const text = consentWords[language];
  const [sure, setSure] = useState<ConsentPurpose | null>(null);
  const [failed, setFailed] = useState(false);
  const path = `members/${encodeURIComponent(memberId)}/consents`;
  const { shown, askAgain } = useAnswer(path, memberConsentsSchema, null);

  const withdraw = async (purpose: ConsentPurpose): Promise<void> => {
    setSure(null);
    const answer = await fetch(`api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ purpose, act: 'withdrawn' }),
    }).catch(() => null);
    setFailed(!answer?.ok);
    askAgain();
    onDone();
  };

  return (
    <section className="panel history" aria-labelledby="consents" data-testid="consents">
      <h2 id="consents">{text.title}</h2>
      {shown?.states.length === 0 && <p className="empty">{text.none}</p>}
      <ul className="plain-list">
        {shown?.states.map(({ purpose, state }) => (
          <li key={purpose}>
            <span>
              <strong>{text.purposes[purpose]}</strong> · {text.states[state]}
            </span>
            {state === 'given' && (
              <May act="consent.withdraw">
                {sure === purpose ? (
                  <>
                    <p className="hint">{text.follows[purpose]}</p>
                    <p className="ways">
                      <button type="button" onClick={() => void withdraw(purpose)}>
                        {text.sure}
                      </button>
                      <button type="button" onClick={() => setSure(null)}>
                        {text.back}
                      </button>
                    </p>
                  </>
                ) : (
                  <p className="ways">
                    <button type="button" onClick={() => setSure(purpose)}>
                      {text.withdraw(text.purposes[purpose])}
                    </button>
                  </p>
                )}
              </May>
            )}
          </li>
        ))}
      </ul>
      {failed && (
        <p className="lost" role="status">
          {text.failed}
        </p>
      )}
      {(shown?.entries.length ?? 0) > 0 && (
        <details>
          <summary>{text.history}</summary>
          <ul>
            {shown?.entries.map((entry) => (
              <li key={entry.id}>
                <p className="history-head">
                  <strong>
                    {text.purposes[entry.purpose]} · {text.states[entry.act]}
                  </strong>
                  <time dateTime={entry.at}>{fullDate(entry.at, timeZone, language)}</time>
                </p>
                <small className="hint">
                  {[
                    text.channels[entry.channel],
                    entry.by,
                    entry.wordingVersion && text.wording(entry.wordingVersion, entry.language ?? '–'),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </small>
                {entry.wording && (
                  <p className="hint" lang={entry.language ?? undefined}>
                    «&#8239;{entry.wording.replaceAll('\n', ' ')}&#8239;»
                  </p>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
      <May act="privacy.copy">
        <p className="ways">
          <a href={`api/members/${encodeURIComponent(memberId)}/copy`} download={`${memberId}.json`}>
            {text.copy}
          </a>
        </p>
        <p className="hint">{text.copyHint}</p>
      </May>
    </section>
  );
}
