import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';

type Account = NonNullable<CredentialRecord['account']>;
type Debts = Account['debts'];

/**
 * W-OWN-2: a record that the club and the base have both changed. What only one of them changed is as that one has it, where
 * both did as the club has it; ended by either is ended, and a debt is open where both have it open, or it is new to one.
 */
export function mergedRecord(
  before: CredentialRecord | null,
  ours: CredentialRecord,
  theirs: CredentialRecord,
): CredentialRecord {
  const merged = mergedFields(before ?? {}, ours, theirs);
  const status = ours.status === 'active' ? theirs.status : ours.status;
  if (!ours.account || !theirs.account) return { ...merged, status };
  return { ...merged, status, account: mergedAccount(before?.account ?? null, ours.account, theirs.account) };
}

function mergedAccount(before: Account | null, ours: Account, theirs: Account): Account {
  const debts = mergedDebts(before?.debts ?? [], ours.debts, theirs.debts);
  return { ...mergedFields(before ?? {}, ours, theirs), debts };
}

function mergedDebts(before: Debts, ours: Debts, theirs: Debts): Debts {
  const ids = (debts: Debts) => new Set(debts.map(({ debtId }) => debtId));
  const [known, left, told] = [ids(before), ids(ours), ids(theirs)];
  return [
    ...theirs.filter(({ debtId }) => left.has(debtId) || !known.has(debtId)),
    ...ours.filter(({ debtId }) => !told.has(debtId) && !known.has(debtId)),
  ];
}

function mergedFields<Fields extends object>(before: Partial<Fields>, ours: Fields, theirs: Fields): Fields {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]) as Set<keyof Fields>;
  const fields = [...names].flatMap((name) => {
    const value = isSame(ours[name], before[name]) ? theirs[name] : ours[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(fields) as Fields;
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalJson(one) === canonicalJson(other);
}
