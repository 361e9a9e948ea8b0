import { type Estimate, emptyGauge, estimate, type Gauge } from '@portillon/core/occupancy/gauge.ts';
import { emptyClub, type Occupancy } from '@portillon/core/occupancy/occupancy.ts';

/** The count of the club, or of one zone of it: the plain one, and what is learnt of its sensors. */
export interface Count {
  readonly occupancy: Occupancy;
  readonly gauge: Gauge;
}

/** As it lies on the disk; `gauge` is JSON, null before the first passage. */
export interface CountRow extends Occupancy {
  readonly gauge: string | null;
}

export const emptyCount: Count = { occupancy: emptyClub, gauge: emptyGauge };

export function countOf(row: CountRow | null): Count {
  if (!row) return emptyCount;
  const { inside, unexplainedExits, gauge } = row;
  return {
    occupancy: { inside, unexplainedExits },
    gauge: gauge ? (JSON.parse(gauge) as Gauge) : emptyGauge,
  };
}

/** Before anything is learnt of the sensors it is the plain count. */
export function judged({ occupancy, gauge }: Count, nowMs: number, exitsAreSensed: boolean): Estimate {
  const estimated = estimate(gauge, nowMs, exitsAreSensed);
  if (!exitsAreSensed || gauge.daysLearnt > 0) return estimated;
  const { inside } = occupancy;
  return { inside, low: Math.min(estimated.low, inside), high: Math.max(estimated.high, inside) };
}
