import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { HttpAdapter } from '../adapters/http-adapter.ts';
import { adapterCommand } from '../commands/adapter-command.ts';
import type { MemberKeys } from '../keys/member-keys.ts';
import { Database } from '../postgres/database.ts';
import { newEnrolmentCode } from '../postgres/enrolment.ts';
import { type OtherMemberBase, startOtherMemberBase } from './other-member-base.ts';
import { plansInOrder } from './plans-in-order.ts';
import { type StartedBase, startBase, temporaryState } from './start-base.ts';
import { TestEdge } from './test-edge.ts';
import { keysOf } from './write-names.ts';

/** A base of ours beside somebody's in a process of its own, joined by the HTTP adapter, with a box in Lyon. */
export interface BesideOtherBase {
  readonly other: OtherMemberBase;
  readonly base: StartedBase;
  readonly sql: Database;
  readonly keys: MemberKeys;
  readonly edge: TestEdge;
  readonly clubId: string;
  readonly planId: string;
  /** `adapter …` as an operator calls it: how it ends, and what it says. */
  command(...args: string[]): Promise<readonly [number, string]>;
  stop(): Promise<void>;
}

export async function startBesideOtherBase(): Promise<BesideOtherBase> {
  const other = await startOtherMemberBase();
  const stateFolder = await temporaryState();
  const base = await startBase({ stateFolder, adapters: [new HttpAdapter(other.read, systemClock)] });
  const sql = new Database(base.databaseUrl, silentLog);
  const keys = await keysOf(sql, stateFolder);
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  const edge = await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
  const [planId = ''] = await plansInOrder(sql);
  return {
    other,
    base,
    sql,
    keys,
    edge,
    clubId,
    planId,
    async command(...args) {
      const lines: string[] = [];
      const code = await adapterCommand.run(args, {
        database: sql,
        stateFolder: null,
        environment: {},
        clock: systemClock,
        random: systemRandom,
        say: (line) => lines.push(line),
        tell: (line) => lines.push(line),
      });
      return [code, lines.join('\n')];
    },
    async stop() {
      await keys.end();
      await sql.close();
      await base.stop();
      await other.stop();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}
