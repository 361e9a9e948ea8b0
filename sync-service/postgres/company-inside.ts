import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Sql } from './database.ts';

/** Whose last passage is older has left unseen. */
const longestStayMs = 16 * 3_600_000;

interface Asked {
  readonly decision: { readonly atMs: number };
  readonly record: CredentialRecord;
}

interface Passage {
  readonly memberId: string;
  readonly atMs: number;
  readonly direction: string;
}

/** Which of the members with whom others come in had gone in through an edge by some moment and had not left (AC46). */
export class CompanyInside {
  /** In the order of time. */
  readonly #passages: ReadonlyMap<string, readonly Passage[]>;

  private constructor(passages: ReadonlyMap<string, readonly Passage[]>) {
    this.#passages = passages;
  }

  /** A ticket for one entry is a guest’s (AC38). */
  static async read(sql: Sql, edgeId: string, asked: readonly Asked[]): Promise<CompanyInside> {
    const inCompany = asked.filter(({ record }) => membersWith(record).length > 0);
    const passages = new Map<string, Passage[]>();
    if (inCompany.length === 0) return new CompanyInside(passages);
    const times = inCompany.map(({ decision }) => decision.atMs);
    const rows = await sql.query<{ memberId: string; at: string; direction: string }>(
      `select credentials.member_id as "memberId", passages.at, passages.direction
         from passages join credentials on credentials.id = passages.credential_id
        where credentials.member_id = any($1::uuid[]) and not credentials.single_use and passages.edge_id = $2
          and (passages.zone is null or passages.direction = 'entry') and passages.at > $3 and passages.at < $4
        order by passages.at`,
      [
        [...new Set(inCompany.flatMap(({ record }) => membersWith(record)))],
        edgeId,
        isoTime(Math.max(0, Math.min(...times) - longestStayMs)),
        isoTime(Math.max(...times)),
      ],
    );
    for (const { memberId, at, direction } of rows) {
      const ofMember = passages.get(memberId) ?? [];
      ofMember.push({ memberId, direction, atMs: Date.parse(at) });
      passages.set(memberId, ofMember);
    }
    return new CompanyInside(passages);
  }

  /** One of those with whom this credential comes in was inside at the decision. */
  of({ decision: { atMs }, record }: Asked): boolean {
    return membersWith(record).some((memberId) => {
      const last = this.#passages
        .get(memberId)
        ?.findLast((passage) => passage.atMs < atMs && passage.atMs > atMs - longestStayMs);
      return last?.direction === 'entry';
    });
  }
}

function membersWith({ standing }: CredentialRecord): readonly string[] {
  return standing?.company?.memberIds ?? [];
}
