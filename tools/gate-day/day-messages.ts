import type { LogFields } from '@portillon/core/base/log.ts';
import type { EdgeHealth } from '@portillon/kiosk/edge/edge.ts';
import type { MemberBaseReady } from '@portillon/sync-service/member-base.ts';

/** What the run of a day asks of the programs it started, and what they answer; over Node's own channel between processes. */
export type DayRequest =
  /**
   * The offset of all clocks of the day from now on (leaping-clock.ts). `inTouch`: an edge waits at the base for news, or soon will;
   * the base leaps when it does, so that the edge hears of it at once, as it would have all the while.
   */
  | { readonly type: 'leap'; readonly offsetMs: number; readonly inTouch: boolean }
  | { readonly type: 'health' }
  | { readonly type: 'stop' };

export interface AskedOfProgram {
  readonly no: number;
  readonly request: DayRequest;
}

export type ToldByProgram =
  | { readonly type: 'ready'; readonly base: MemberBaseReady | null }
  | { readonly type: 'answer'; readonly no: number; readonly health: EdgeHealth | null }
  /** An entry of the edge's own log. */
  | { readonly type: 'logged'; readonly event: string; readonly fields: LogFields };
