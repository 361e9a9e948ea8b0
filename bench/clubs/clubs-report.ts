import type { Verdict } from './clubs-check.ts';

export interface ClubsPlayed {
  readonly seed: number;
  readonly clubs: number;
  readonly hours: number;
  readonly speed: number;
  readonly sales: number;
  readonly blocks: number;
  readonly hallCuts: number;
  readonly baseCuts: number;
  readonly clubsWithWrongClock: number;
  /** From the end of the last outage to everything at the base and every box fed, in s. */
  readonly drainedAfterS: number;
  /** The most that was queued in all boxes together. */
  readonly mostQueued: number;
  readonly tookS: number;
  readonly verdict: Verdict;
}

export interface ClubsReport extends ClubsPlayed {
  readonly loadBefore: number;
  readonly loadAfter: number;
}

const shownAtMost = 20;

export function wordsOf(report: ClubsReport): string {
  const { verdict } = report;
  const lines = [
    `${report.clubs} clubs, ${report.hours} h of their time at ${report.speed} times its pace, seed ${report.seed}: ${report.tookS.toFixed(0)} s`,
    `  events ${verdict.events}, of them sales ${report.sales}; cards blocked by staff ${report.blocks}`,
    `  power cuts: boxes of ${report.hallCuts} halls, the sync service ${report.baseCuts} times; every club off the network at least once; ${report.clubsWithWrongClock} clocks wrong by 20 min or more`,
    `  most queued ${report.mostQueued}; all at the base and all fed ${report.drainedAfterS.toFixed(1)} s after the last cable was whole`,
    `  load ${report.loadBefore.toFixed(1)} before, ${report.loadAfter.toFixed(1)} after`,
    ...list('lost', verdict.lost),
    ...list('twice', verdict.twice),
    ...list('out of order', verdict.outOfOrder),
    ...list(
      'parked',
      verdict.parked.map(({ edgeId, seq, reason }) => `${edgeId} event ${seq}: ${reason}`),
    ),
    ...list('books behind', verdict.booksBehind),
    `attachments missing ${verdict.attachmentsMissing}, unreadable ${verdict.attachmentsUnreadable}`,
    verdict.holds ? 'HOLDS' : 'DOES NOT HOLD',
  ];
  return `${lines.join('\n')}\n`;
}

function list(name: string, all: readonly string[]): string[] {
  const more = all.length > shownAtMost ? [`  and ${all.length - shownAtMost} more`] : [];
  return [`${name} ${all.length}`, ...all.slice(0, shownAtMost).map((line) => `  ${line}`), ...more];
}
