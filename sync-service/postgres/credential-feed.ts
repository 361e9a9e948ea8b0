import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { Sql } from './database.ts';

interface CredentialRow {
  readonly id: string;
  readonly kind: 'card' | 'pass' | 'ticket';
  readonly card_uid: string | null;
  readonly member_id: string | null;
  readonly plan_id: string;
  readonly home_club_id: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly single_use: boolean;
  readonly status: 'active' | 'blocked' | 'spent';
}

/** Credentials as every gate of the network needs them: ids and dates, nothing of the person. */
export async function credentialRecords(sql: Sql, ids: readonly string[]): Promise<FeedRecord[]> {
  if (ids.length === 0) return [];
  const rows = await sql.query<CredentialRow>('select * from credentials where id = any($1::uuid[])', [ids]);
  return rows.map((row) => ({
    kind: 'credential',
    id: row.id,
    record: {
      kind: row.kind,
      cardUid: row.card_uid,
      memberId: row.member_id,
      planId: row.plan_id,
      homeClubId: row.home_club_id,
      validFrom: row.valid_from,
      validTo: row.valid_to,
      singleUse: row.single_use,
      status: row.status,
    },
  }));
}
