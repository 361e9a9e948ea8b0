import type { Account, FeedRecord } from '@portillon/core/wire/messages.ts';

/** Who is told: what its club may know of others follows from these. */
export interface ToldTo {
  readonly legalEntityId: string;
  /** A debt below this counts for nothing in its club (`policy.debt.fromCents`). */
  readonly debtFromCents: number;
}

type ClubRecord = NonNullable<Extract<FeedRecord, { kind: 'club' }>['record']>;
type Debt = Account['debts'][number];

const nobody = '00000000-0000-0000-0000-000000000000';
/** The most that the wire carries: it counts under every policy, also one that is on its way. */
const sumOfOthersCents = 100_000_000;

/** A record as a club is told it: nothing of the business of another legal entity (W-SCOPE). Pure. */
export function asToldTo(reader: ToldTo, change: FeedRecord): FeedRecord {
  if (change.kind === 'club' && change.record && change.record.legalEntity.id !== reader.legalEntityId) {
    return { ...change, record: strangersClub(change.record) };
  }
  if (change.kind === 'credential' && change.record?.account) {
    const { account } = change.record;
    const debts = debtsToldTo(reader, account.debts);
    return { ...change, record: { ...change.record, account: { ...account, debts } } };
  }
  return change;
}

/** W-SCOPE-1: that it is there and who owns it, by which a kiosk knows that it sells nothing for it. */
function strangersClub({ name, timeZone, legalEntity: { id } }: ClubRecord): ClubRecord {
  return {
    name,
    timeZone,
    legalEntity: { id, name: '', address: '', siret: '', vatNumber: '' },
    capacity: 1,
    hours: {},
    staffPhone: null,
    mediator: '',
  };
}

/** W-SCOPE-2: of what is owed to others, since when the oldest that counts here is; that alone the access rule asks. */
function debtsToldTo({ legalEntityId, debtFromCents }: ToldTo, debts: readonly Debt[]): Debt[] {
  const own = debts.filter((debt) => debt.legalEntityId === legalEntityId);
  const counted = debts.filter(
    (debt) => debt.legalEntityId !== legalEntityId && debt.amountCents >= debtFromCents,
  );
  const [oldest] = counted.toSorted((one, other) => Date.parse(one.since) - Date.parse(other.since));
  if (!oldest) return own;
  const elsewhere: Debt = {
    debtId: nobody,
    legalEntityId: nobody,
    amountCents: sumOfOthersCents,
    vatRate: 0,
    reason: 'other',
    since: oldest.since,
  };
  return [...own, elsewhere];
}
