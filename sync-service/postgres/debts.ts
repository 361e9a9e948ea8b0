import { isoTime } from '@portillon/core/base/clock.ts';
import type { DebtReason } from '@portillon/core/wire/messages.ts';
import type { ShownDebt } from '../http/staff/debt-view.ts';
import type { Reach } from '../members/may-do.ts';
import { announce } from './announcements.ts';
import { credentialRecords, memberCredentials } from './credential-feed.ts';
import type { Database } from './database.ts';
import { writeFeed } from './feed.ts';
import { inReach } from './reach.ts';

export interface NewDebt {
  readonly debtId: string;
  readonly amountCents: number;
  readonly vatRate: number;
  readonly reason: DebtReason;
  readonly words: string;
  /** Who wrote it down; null for what no person did. */
  readonly userId: string | null;
  readonly nowMs: number;
}

/**
 * Writes down what a member owes to the legal entity of the home club, and tells every edge in the same transaction. False
 * when there is no such member.
 */
export async function addDebt(database: Database, memberId: string, debt: NewDebt): Promise<boolean> {
  return database.transaction(async (sql) => {
    const written = await sql.query(
      `insert into debts
         (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since, user_id)
       select $1, members.id, clubs.legal_entity_id, clubs.id, $3, $4, $5, $6, $7, $8
         from members join clubs on clubs.id = members.home_club_id where members.id = $2
       returning 1`,
      [
        debt.debtId,
        memberId,
        debt.amountCents,
        debt.vatRate,
        debt.reason,
        debt.words,
        isoTime(debt.nowMs),
        debt.userId,
      ],
    );
    if (written.length === 0) return false;
    await announce(sql, 'live');
    await writeFeed(sql, await credentialRecords(sql, await memberCredentials(sql, memberId)), debt.nowMs);
    return true;
  });
}

/** Those owed to clubs in reach: newest first, settled ones too. */
export async function readDebts(database: Database, memberId: string, reach: Reach): Promise<ShownDebt[]> {
  return database.query<ShownDebt>(
    `select id as "debtId", amount_cents as "amountCents", vat_rate as "vatRate", reason, words, since,
            settled_at as "settledAt"
       from debts where member_id = $1 and ${inReach('debts.club_id', '$2')}
      order by since desc, id desc limit 200`,
    [memberId, reach],
  );
}
