import { useState } from 'react';
import type { ClubView } from '../../http/staff/live-view.ts';
import type { MemberAccess, ShownCredential } from '../../http/staff/member-view.ts';
import { accessWords } from '../access/access-words.ts';
import { ChangeForm } from '../access/change-form.tsx';
import { sendChange } from '../access/send-change.ts';
import { fullDate } from '../full-date.ts';
import { May, useMay } from '../rights.tsx';
import type { Language } from '../words.ts';
import { BadgeForm } from './badge-form.tsx';
import { memberWords } from './member-words.ts';

/** Stands for a credential that is not there yet. */
const badgeToCome = 'new badge';

/** What a member may present, with the block of each and the way to another card. */
export function CredentialList(props: {
  readonly member: MemberAccess;
  readonly clubs: ReadonlyMap<string, ClubView>;
  readonly language: Language;
  readonly onDone: () => void;
}) {
  const { member, clubs, language, onDone } = props;
  const text = memberWords[language];
  const [changing, setChanging] = useState<string | null>(null);
  const mayBlock = useMay('credential.block');
  const mayOrder = useMay('order.give');
  return (
    <section className="panel" aria-labelledby="credentials">
      <h2 id="credentials">{text.credentials}</h2>
      {member.credentials.length === 0 && <p className="empty">{text.noCredentials}</p>}
      <ul className="plain-list">
        {member.credentials.map((credential) => {
          const what =
            `${text.kinds[credential.uidOnly ? 'badge' : credential.kind]} ${credential.cardUid ?? ''}`.trim();
          const club = clubs.get(credential.homeClubId);
          const time = (iso: string) => fullDate(iso, club?.timeZone, language);
          const facts = [
            credential.plan?.[language],
            text.validity(time(credential.validFrom), credential.validTo && time(credential.validTo)),
            club?.name,
            credential.cardUid && text.chip(credential.cardUid),
            credential.saleReference && text.soldAs(credential.saleReference),
          ].filter(Boolean);
          const next = nextStatus(credential);
          return (
            <li key={credential.id} data-testid="credential" data-status={credential.status}>
              <strong>
                {text.kinds[credential.uidOnly ? 'badge' : credential.kind]} ·{' '}
                {text.statuses[credential.status]}
              </strong>
              <span>{facts.join(' · ')}</span>
              {credential.status === 'blocked' && credential.blockedBy && (
                <small className="hint">
                  {text.blockedBy(credential.blockedBy.by, time(credential.blockedBy.at))} ·{' '}
                  {credential.blockedBy.reason || accessWords[language].saidThere}
                </small>
              )}
              {changing === credential.id && next ? (
                <ChangeForm
                  title={next === 'blocked' ? text.blockOf(what) : text.unblockOf(what)}
                  language={language}
                  save={next === 'blocked' ? text.block : text.unblock}
                  primary
                  send={(reason) =>
                    sendChange('PUT', `credentials/${credential.id}/status`, { status: next, reason })
                  }
                  onDone={() => {
                    setChanging(null);
                    onDone();
                  }}
                  onBack={() => setChanging(null)}
                />
              ) : (
                <p className="ways">
                  {next && mayBlock && (
                    <button
                      type="button"
                      aria-label={next === 'blocked' ? text.blockOf(what) : text.unblockOf(what)}
                      onClick={() => setChanging(credential.id)}
                    >
                      {next === 'blocked' ? text.block : text.unblock}
                    </button>
                  )}
                  {credential.orderOpen && <a href="#orders">{text.orderOpen}</a>}
                  {mayOrder &&
                    !credential.orderOpen &&
                    credential.kind === 'card' &&
                    credential.saleReference && (
                      <a
                        href={`#orders/${encodeURIComponent(credential.saleReference)}`}
                        aria-label={text.replaceOf(what)}
                      >
                        {text.replace}
                      </a>
                    )}
                </p>
              )}
            </li>
          );
        })}
      </ul>
      {changing === badgeToCome ? (
        <BadgeForm
          memberId={member.who.memberId}
          language={language}
          onDone={() => {
            setChanging(null);
            onDone();
          }}
          onBack={() => setChanging(null)}
        />
      ) : (
        <May act="badge.write">
          <p className="ways">
            <button type="button" onClick={() => setChanging(badgeToCome)}>
              {text.addBadge}
            </button>
          </p>
        </May>
      )}
    </section>
  );
}

/** What staff can make of it: nothing of what is spent, or was ended by something else than a block by hand. */
function nextStatus({ status, blockedBy }: ShownCredential): 'blocked' | 'active' | null {
  if (status === 'active') return 'blocked';
  return status === 'blocked' && blockedBy ? 'active' : null;
}
