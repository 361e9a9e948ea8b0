import { join } from 'node:path';
import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { StaffDesk } from '@portillon/tools/gate-day/staff-desk.ts';
import { BaseProcess } from '../sync/base-process.ts';
import { checkClubs } from './clubs-check.ts';
import { ClubsInBase } from './clubs-in-base.ts';
import { type ClubsPlan, type ClubsSize, planClubs } from './clubs-plan.ts';
import type { ClubsPlayed } from './clubs-report.ts';
import type { BoxPlace } from './hall-messages.ts';
import { HallProcess } from './hall-process.ts';
import { toldByClub } from './told-by-club.ts';

const drainLimitMs = 300_000;
const lookEveryMs = 250;
const sayEveryMs = 10_000;
const hourMs = 3_600_000;

export interface ClubsRunOptions {
  readonly size: ClubsSize;
  readonly speed: number;
  readonly folder: string;
  /** Of the disks of the boxes: 250 clubs have 250 of them, and here they would share one. */
  readonly boxesFolder: string;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** Plays a plan with real boxes and a real base, and compares both when all is quiet. */
export class ClubsRun {
  readonly #options: ClubsRunOptions;
  readonly #plan: ClubsPlan;
  readonly #random: SeededRandom;
  readonly #halls: HallProcess[] = [];
  readonly #committed = new Map<number, string[]>();
  readonly #sold: string[] = [];
  readonly #failed = new AbortController();
  #base: BaseProcess | undefined;
  #startedMs = 0;
  #mostQueued = 0;
  #blocks = 0;

  constructor(options: ClubsRunOptions) {
    this.#options = options;
    this.#plan = planClubs(options.size);
    this.#random = new SeededRandom(options.size.seed + 7);
  }

  /** Rejects when the run is void: something could not be started, or ended by itself. */
  async play(): Promise<ClubsPlayed> {
    const { clock, size, speed, say } = this.#options;
    const beganMs = clock.monotonicMs();
    let inBase: ClubsInBase | undefined;
    try {
      const base = await this.#startBase();
      inBase = new ClubsInBase(base.ready.databaseUrl);
      const codes = Object.values(base.ready.enrolmentCodes);
      const place = await inBase.place();
      await this.#openHalls(base, codes, place);
      say(`${size.clubs} boxes are let in`);
      const desk = await StaffDesk.signIn(base.ready);

      this.#startedMs = clock.monotonicMs();
      for (const hall of this.#halls) hall.begin();
      await Promise.all([this.#hallCuts(), this.#baseCuts(), this.#staff(desk), this.#day()]);
      for (const hall of this.#halls) hall.heal();
      const healedMs = clock.monotonicMs();
      await this.#drained(inBase);
      const drainedAfterS = (clock.monotonicMs() - healedMs) / 1_000;
      for (const hall of this.#halls) await hall.close();
      say('what the boxes say is compared with what the base holds');
      const verdict = await this.#verdict(inBase);
      return {
        seed: size.seed,
        clubs: size.clubs,
        hours: size.hours,
        speed,
        sales: this.#sold.length,
        blocks: this.#blocks,
        hallCuts: this.#plan.hallCuts.length,
        baseCuts: this.#plan.baseCuts.length,
        clubsWithWrongClock: this.#plan.clubs.filter(
          ({ clockErrorMs }) => Math.abs(clockErrorMs) >= 1_200_000,
        ).length,
        drainedAfterS,
        mostQueued: this.#mostQueued,
        tookS: (clock.monotonicMs() - beganMs) / 1_000,
        verdict,
      };
    } finally {
      await Promise.all(this.#halls.map((hall) => hall.kill()));
      await inBase?.close();
      await this.#base?.stop();
    }
  }

  async #startBase(port?: number): Promise<BaseProcess> {
    const { clock, folder, size } = this.#options;
    const options = { clock, folder: join(folder, 'base'), clubs: size.clubs };
    this.#base = await BaseProcess.start(port === undefined ? options : { ...options, port });
    return this.#base;
  }

  async #openHalls(
    base: BaseProcess,
    codes: readonly string[],
    place: { readonly legalEntityId: string; readonly planId: string },
  ): Promise<void> {
    const { clock, size, speed, boxesFolder } = this.#options;
    const boxes: BoxPlace[] = this.#plan.clubs.map((plan) => ({
      plan,
      folder: join(boxesFolder, String(plan.club)),
      enrolmentCode: codes[plan.club] ?? '',
    }));
    for (let index = 0; index < size.halls; index++) {
      const hall: HallProcess = new HallProcess({
        clock,
        speed,
        nowMs: () => this.#nowMs(),
        opening: {
          baseUrl: base.url,
          seed: size.seed,
          place,
          boxes: boxes.filter(({ plan }) => plan.club % size.halls === index),
        },
        onHappened: ({ club, eventIds, soldCredentialId }) => {
          const committed = this.#committed.get(club) ?? [];
          committed.push(...eventIds);
          this.#committed.set(club, committed);
          if (soldCredentialId === null) return;
          this.#sold.push(soldCredentialId);
          for (const other of this.#halls) {
            if (other !== hall) other.soldElsewhere([soldCredentialId]);
          }
        },
        onFailed: (detail) => this.#failed.abort(new Error(detail)),
      });
      this.#halls.push(hall);
    }
    await Promise.all(this.#halls.map((hall) => hall.open()));
  }

  #nowMs(): number {
    return (this.#options.clock.monotonicMs() - this.#startedMs) * this.#options.speed;
  }

  /** Rejects when a hall has failed meanwhile. */
  async #until(atMs: number): Promise<void> {
    const { clock, speed } = this.#options;
    await delay(clock, Math.max(0, (atMs - this.#nowMs()) / speed), this.#failed.signal);
  }

  async #day(): Promise<void> {
    const endMs = this.#plan.hours * hourMs;
    const { speed, say } = this.#options;
    while (this.#nowMs() < endMs) {
      await this.#until(Math.min(endMs, this.#nowMs() + sayEveryMs * speed));
      const queued = this.#queued();
      say(
        `${Math.min(100, Math.round((this.#nowMs() / endMs) * 100))} % of the day, ${queued} events queued`,
      );
    }
  }

  #queued(): number {
    const boxes = this.#halls.flatMap((hall) => hall.boxes);
    const queued = boxes.reduce((sum, box) => sum + box.queued, 0);
    this.#mostQueued = Math.max(this.#mostQueued, queued);
    return queued;
  }

  async #hallCuts(): Promise<void> {
    for (const { hall, atMs } of this.#plan.hallCuts) {
      await this.#until(atMs);
      this.#options.say(`the power of hall ${hall + 1} is cut`);
      await this.#halls[hall]?.powerCut();
    }
  }

  async #baseCuts(): Promise<void> {
    for (const atMs of this.#plan.baseCuts) {
      await this.#until(atMs);
      const port = Number(new URL(this.#base?.url ?? '').port);
      this.#options.say('the sync service is killed');
      await this.#base?.kill();
      await this.#startBase(port);
    }
  }

  async #staff(desk: StaffDesk): Promise<void> {
    for (const atMs of this.#plan.blocks) {
      await this.#until(atMs);
      const credentialId = this.#sold[this.#random.below(Math.max(1, this.#sold.length))];
      if (credentialId === undefined) continue;
      // The base may not have heard of it, or be away: staff would try another.
      if (
        await desk.block(credentialId).then(
          () => true,
          () => false,
        )
      )
        this.#blocks += 1;
    }
  }

  /** Resolves when nothing is queued in any box and each has read the feed to its end. */
  async #drained(inBase: ClubsInBase): Promise<void> {
    const { clock, say } = this.#options;
    const untilMs = clock.monotonicMs() + drainLimitMs;
    for (;;) {
      await delay(clock, lookEveryMs, this.#failed.signal);
      const boxes = this.#halls.flatMap((hall) => hall.boxes);
      const newest = await inBase.newestCredentialVersion();
      const busy = boxes.filter(
        ({ queued, attachmentsLeft, feedCursor }) => queued > 0 || attachmentsLeft > 0 || feedCursor < newest,
      );
      this.#queued();
      if (boxes.length === this.#plan.clubs.length && busy.length === 0) return;
      if (clock.monotonicMs() > untilMs) {
        say(
          `${busy.length} boxes are not done after ${drainLimitMs / 1_000} s; they are compared as they are`,
        );
        return;
      }
    }
  }

  async #verdict(inBase: ClubsInBase) {
    const held = await inBase.held();
    const told = [];
    for (const place of this.#halls.flatMap((hall) => hall.places)) {
      const committed = this.#committed.get(place.plan.club) ?? [];
      const credentialIds = held.credentials.keys();
      told.push(await toldByClub(this.#options.clock, place, { committed, credentialIds }));
    }
    return checkClubs(told, held);
  }
}
