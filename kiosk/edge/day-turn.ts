import { isOpen } from '@portillon/core/access/opening-hours.ts';
import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { ClubId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { addDays, localDate, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { EdgeStore } from '../store/edge-store.ts';

interface DayTurnOptions {
  readonly store: EdgeStore;
  readonly identity: () => EdgeIdentity | null;
  readonly clock: Clock;
  readonly log: Log;
}

const lookEveryMs = 60_000;
/** When a club is emptiest, on its own wall. */
const turnHourMs = 4 * 3_600_000;

/** OC13: counting the people begins anew once a day, at four in the morning of the club, or at the next start after it. */
export class DayTurn {
  readonly #options: DayTurnOptions;
  #cancel: CancelTimer = () => undefined;
  #turning: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: DayTurnOptions) {
    this.#options = options;
  }

  start(): void {
    this.#turning = this.#look().catch((error: unknown) => {
      this.#options.log.error('occupancy.day-not-turned', { detail: String(error) });
    });
    void this.#turning.then(() => {
      if (!this.#stopped) this.#cancel = this.#options.clock.setTimer(lookEveryMs, () => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#turning;
  }

  async #look(): Promise<void> {
    const { store, identity, clock, log } = this.#options;
    const known = identity();
    const club = known && store.book.club(known.clubId as ClubId);
    if (!club) return;
    const nowMs = clock.wallMs();
    const day = countingDayOf(nowMs, club.timeZone);
    const before = store.passages.countingDay;
    if (before !== null && before >= day) return;
    if (before === null) {
      // There is no whole day before this one to be judged.
      await store.write((tx) => store.passages.beginDay(tx, day));
      return;
    }
    const isClosed = !isOpen(club.hours, club.timeZone, turnMs(day, club.timeZone));
    await store.write((tx) => store.passages.turnDay(tx, day, isClosed));
    log.info('occupancy.day-turned', { day, isClosed, inside: store.passages.inside.inside });
  }
}

function turnMs(day: string, timeZone: string): number {
  return startOfDayMs(day, timeZone) + turnHourMs;
}

/** The day whose counting has begun by now: that of the calendar from four in the morning, the one before until then. */
function countingDayOf(nowMs: number, timeZone: string): string {
  const today = localDate(nowMs, timeZone);
  return nowMs >= turnMs(today, timeZone) ? today : addDays(today, -1);
}
