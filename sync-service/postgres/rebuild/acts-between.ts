import { unreachable } from '@portillon/core/base/invariant.ts';
import type { Reporter } from '../../members/row-change.ts';
import type { Sql } from '../database.ts';
import { applyEvent } from '../event-application.ts';
import { moveMembers } from '../member-merges.ts';

/** What somebody else than an edge did to rows that events change too, and when, by the clock of the base. */
interface Act {
  readonly at: string;
  readonly what:
    | 'credential-set'
    | 'card-lost'
    | 'case-settled'
    | 'mandate-came'
    | 'base-event'
    | 'merged'
    | 'unmerged'
    | 'said-elsewhere';
  /** Of the row; of an event of the base, its edge. */
  readonly id: string;
  readonly value: string | null;
}

/** Does between the events what staff and attachments did between them. */
export class ActsBetween {
  readonly #sql: Sql;
  readonly #home: string;
  readonly #reporters: ReadonlyMap<string, Reporter>;
  readonly #acts: readonly Act[];
  #next = 0;

  private constructor(
    sql: Sql,
    home: string,
    reporters: ReadonlyMap<string, Reporter>,
    acts: readonly Act[],
  ) {
    this.#sql = sql;
    this.#home = home;
    this.#reporters = reporters;
    this.#acts = acts;
  }

  /** `home` is the schema in use. */
  static async read(sql: Sql, home: string, reporters: ReadonlyMap<string, Reporter>): Promise<ActsBetween> {
    const acts = await sql.query<Act>(
      `select * from (
         select at, 'credential-set' as what, change->>'credentialId' as id, change->>'status' as value,
                null::bigint as seq
           from access_changes where change->>'credentialId' is not null and change->>'status' is not null
         union all
         select made_at, 'card-lost', credential_id::text, null, null from ${home}.orders where credential_id is not null
         union all
         select settled_at, 'case-settled', case_id::text, null, null from ${home}.case_settlements
         union all
         select received_at, 'mandate-came', digest, problem, null
           from ${home}.attachments where purpose = 'mandate' and received_at is not null
         union all
         select applied_at, 'base-event', edge_id::text, body, null from base_events
         union all
         select at, 'merged', id::text, null, null from member_merges
         union all
         select undone_at, 'unmerged', id::text, null, null from member_merges where undone_at is not null
         union all
         select at, 'said-elsewhere', in_table || ' ' || row_id, columns::text, seq from adapter_acts
       ) as act order by at, seq nulls first`,
    );
    return new ActsBetween(sql, home, reporters, acts);
  }

  /** What was done up to then, null for all that is left. */
  async until(at: string | null): Promise<void> {
    for (
      let act = this.#acts[this.#next];
      act && (at === null || act.at <= at);
      act = this.#acts[this.#next]
    ) {
      this.#next++;
      await this.#do(act);
    }
  }

  async #do({ at, what, id, value }: Act): Promise<void> {
    switch (what) {
      case 'credential-set':
        await this.#sql.query('update credentials set status = $2 where id = $1', [id, value]);
        return;
      case 'card-lost':
        await this.#sql.query(
          "update credentials set status = 'blocked' where id = $1 and status = 'active'",
          [id],
        );
        return;
      case 'case-settled':
        await this.#sql.query(
          `insert into case_settlements select * from ${this.#home}.case_settlements where case_id = $1
           on conflict do nothing`,
          [id],
        );
        return;
      case 'mandate-came':
        await this.#sql.query(
          "update mandates set status = $2 where attachment_digest = $1 and status = 'awaited'",
          [id, value === null ? 'in-force' : 'unreadable'],
        );
        return;
      case 'base-event': {
        const reporter = this.#reporters.get(id);
        if (reporter)
          await applyEvent(this.#sql, reporter, { body: value ?? '', receivedAt: at, caseIds: noCase });
        return;
      }
      case 'said-elsewhere':
        return this.#sayAgain(id, value ?? '{}');
      case 'merged':
        return moveMembers(this.#sql, id, 'stays_id');
      case 'unmerged':
        return moveMembers(this.#sql, id, 'gone_id');
      default:
        unreachable(what);
    }
  }

  /** What a member base of others changed (adapters/SPEC.md); the table and the columns are our own words. */
  async #sayAgain(place: string, columns: string): Promise<void> {
    const [table = '', id] = place.split(' ');
    const names = Object.keys(JSON.parse(columns) as object);
    const sets = names.map((name) => `${name} = said.${name}`).join(', ');
    await this.#sql.query(
      `update ${table} as kept set ${sets} from jsonb_populate_record(null::${table}, $2::jsonb) as said where kept.id = $1`,
      [id, columns],
    );
  }
}

const noCase = () => () => {
  throw new Error('an enrolment opens no case');
};
