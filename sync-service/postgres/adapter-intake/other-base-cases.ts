import { isoTime } from '@portillon/core/base/clock.ts';
import type { Sql } from '../database.ts';

/** Cases of what a member base of others and this one do not agree in. */
export const otherBaseCaseKinds = [
  'other-base-refused',
  'other-base-differs',
  'other-base-unusable',
  'other-base-gone',
] as const;
export type OtherBaseCaseKind = (typeof otherBaseCaseKinds)[number];

/** A wrong mapping file is one fault and not ten thousand: further ones are in the list of the command alone. */
const openMost = 100;

export interface OtherBaseCase {
  readonly kind: OtherBaseCaseKind;
  readonly adapter: string;
  /** What it is about: `membership 0193…`. One case while one is open. */
  readonly about: string;
  readonly memberId: string | null;
  readonly saleId?: string | null;
  /** Null: nobody knows; then that of the member, or the first one. */
  readonly clubId: string | null;
  /** What they say and what stands here. Values stand between “ and ”. */
  readonly words: string;
}

export async function openOtherBaseCase(
  sql: Sql,
  { kind, adapter, about, memberId, saleId, clubId, words }: OtherBaseCase,
  caseId: string,
  nowMs: number,
): Promise<void> {
  const head = `${adapter}: ${about}`;
  const whose = memberId === null || about === `member ${memberId}` ? '' : ` of member ${memberId}`;
  await sql.query(
    `insert into cases (id, club_id, edge_id, at, kind, sale_id, sale_reference, amount_cents, detail)
     select $1, coalesce((select id from clubs where id = $2), (select home_club_id from members where id = $3),
                         (select id from clubs order by name limit 1)),
            null, $4, $5, $6, (select reference from sales where id = $6), 0, $7
      where (select count(*) from cases where kind = $5
                and not exists (select 1 from case_settlements where case_id = cases.id)) < $8
        and not exists (select 1 from cases where kind = $5 and starts_with(detail, $9)
                           and not exists (select 1 from case_settlements where case_id = cases.id))`,
    [
      caseId,
      clubId,
      memberId,
      isoTime(nowMs),
      kind,
      saleId ?? null,
      `${head}${whose}: ${words}`.slice(0, 1_000),
      openMost,
      head,
    ],
  );
}
