import { type FormEvent, useId, useState } from 'react';
import type { AccountList, AccountReach, NewAccount, ShownAccount } from '../../http/staff/account-view.ts';
import { type StaffRole, staffRoles } from '../../http/staff/account-view.ts';
import type { LiveView } from '../../http/staff/live-view.ts';
import type { AccountWords } from './account-words.ts';

export interface AccountFormProps {
  /** The account that is changed; null for a new one. */
  readonly account: ShownAccount | null;
  readonly list: AccountList;
  readonly view: LiveView;
  readonly text: AccountWords;
  /** Resolves with what is wrong, in words, or null when it was done. */
  readonly onSend: (asked: NewAccount) => Promise<string | null>;
  readonly onBack: () => void;
}

/** Name, role and clubs of an account. */
export function AccountForm({ account, list, view, text, onSend, onBack }: AccountFormProps) {
  const id = useId();
  const [name, setName] = useState(account?.name ?? '');
  const [role, setRole] = useState<StaffRole>(account?.role ?? 'front-desk');
  const [reach, setReach] = useState(() => (account ? keyOf(account.reach) : 'clubs'));
  const [clubIds, setClubIds] = useState<readonly string[]>(
    account?.reach.kind === 'clubs' ? account.reach.clubIds : [],
  );
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const isAdministrator = role === 'network-administrator';
  const shownReach = isAdministrator ? 'network' : reach;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (name.trim().length < 2) return setProblem(text.nameTooShort);
    if (shownReach === 'clubs' && clubIds.length === 0) return setProblem(text.noClub);
    setBusy(true);
    void onSend({ name: name.trim(), role, reach: reachOf(shownReach, clubIds) })
      .catch(() => text.noAnswer)
      .then((wrong) => {
        setBusy(false);
        setProblem(wrong);
      });
  };

  return (
    <form className="panel account-form" onSubmit={submit} noValidate aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{account ? account.name : text.openTitle}</h2>
      {!account && (
        <>
          <label htmlFor={`${id}-name`}>{text.name}</label>
          <input
            id={`${id}-name`}
            maxLength={60}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </>
      )}
      <label htmlFor={`${id}-role`}>{text.role}</label>
      <select id={`${id}-role`} value={role} onChange={(event) => setRole(event.target.value as StaffRole)}>
        {staffRoles.map((one) => (
          <option key={one} value={one}>
            {text.roles[one]}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}-reach`}>{text.reach}</label>
      <select
        id={`${id}-reach`}
        value={shownReach}
        disabled={isAdministrator}
        onChange={(event) => setReach(event.target.value)}
      >
        <option value="network">{text.network}</option>
        {list.legalEntities.map((entity) => (
          <option key={entity.id} value={entity.id}>
            {text.entity(entity.name)}
          </option>
        ))}
        <option value="clubs">{text.clubsHint}</option>
      </select>
      {shownReach === 'clubs' && (
        <fieldset className="club-boxes">
          <legend className="unseen">{text.reach}</legend>
          {view.clubs.map((club) => (
            <label key={club.id}>
              <input
                type="checkbox"
                checked={clubIds.includes(club.id)}
                onChange={(event) =>
                  setClubIds(
                    event.target.checked ? [...clubIds, club.id] : clubIds.filter((one) => one !== club.id),
                  )
                }
              />
              {club.name}
            </label>
          ))}
        </fieldset>
      )}
      <p className="problem" role="alert">
        {problem}
      </p>
      <p className="ways">
        <button type="submit" className="primary" aria-busy={busy}>
          {account ? text.keep : text.openIt}
        </button>
        <button type="button" onClick={onBack}>
          {text.back}
        </button>
      </p>
    </form>
  );
}

function keyOf(reach: ShownAccount['reach']): string {
  return reach.kind === 'entity' ? reach.legalEntityId : reach.kind;
}

function reachOf(key: string, clubIds: readonly string[]): AccountReach {
  if (key === 'network') return { kind: 'network' };
  return key === 'clubs' ? { kind: 'clubs', clubIds: [...clubIds] } : { kind: 'entity', legalEntityId: key };
}
