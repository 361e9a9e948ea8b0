import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { AtTheGate } from './at-the-gate.ts';
import type { DayInBase } from './day-in-base.ts';
import type { DayMembers } from './day-members.ts';
import type { DayPlan } from './day-plan.ts';
import type { DayRecord } from './day-record.ts';
import { DayTally } from './day-tally.ts';
import { type DayTime, midnightMs } from './day-time.ts';
import type { EdgeOfDay } from './edge-of-day.ts';
import type { GateHall } from './gate-hall.ts';
import type { HallGate } from './hall-gate.ts';
import type { PlannedAct } from './planned-act.ts';
import type { StaffDesk } from './staff-desk.ts';
import { untilTrue } from './until-true.ts';
import { hourMs } from './visits.ts';

export interface DayPlayerOptions {
  readonly plan: DayPlan;
  /** In which devices and people move. */
  readonly clock: Clock;
  readonly time: DayTime;
  readonly hall: GateHall;
  readonly edge: EdgeOfDay;
  readonly members: DayMembers;
  /** Signs in anew: a session does not last a day. */
  readonly staff: () => Promise<StaffDesk>;
  readonly base: DayInBase;
  /** Of the box of the gates. */
  readonly edgeId: string;
  /** Moves the wall of all programs. */
  readonly leap: (wallMs: number, inTouch: boolean) => Promise<void>;
  readonly say: (line: string) => void;
}

type ActOf<Type extends PlannedAct['type']> = Extract<PlannedAct, { type: Type }>;
type LaneAct = ActOf<'enters' | 'turns-round' | 'leaves'>;

/** Nearer than this, the time is waited for; further, it is leapt over. */
const waitAtMostMs = 3_000;
const contactLimitMs = 60_000;
/** A club whose line works has a book that is never older. */
const freshMs = 40_000;
/** Longer than the pulse of the second gate and what the edge adds to it. */
const pulseOverMs = 3_000 + 1_500 + 300;

const isOfALane = (act: PlannedAct): act is LaneAct =>
  act.type === 'enters' || act.type === 'turns-round' || act.type === 'leaves';

/**
 * Plays the people of a plan at the simulators, each gate a lane of its own: who comes to a gate waits for the one before.
 * While anybody moves, time runs as it does; while nobody does, the wall leaps to the next act. Who is inside is counted
 * from who went through, and not from what anybody says of it.
 */
export class DayPlayer {
  readonly #options: DayPlayerOptions;
  readonly #lanes: [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];
  readonly #tally = new DayTally();
  readonly #people: AtTheGate;
  #told = 0;

  constructor(options: DayPlayerOptions) {
    this.#options = options;
    this.#people = new AtTheGate({ ...options, tally: this.#tally });
  }

  async play(): Promise<DayRecord> {
    const { plan, hall, edge, clock } = this.#options;
    for (const act of plan.acts) {
      await this.#reach(act);
      if (isOfALane(act)) this.#inLane(act.gate, () => this.#playLane(act));
      else {
        await this.#allQuiet();
        await this.#guarded(act, () => this.#playAlone(act));
      }
    }
    await this.#allQuiet();
    await untilTrue(clock, 'the outbox of the edge is empty', contactLimitMs, async () => {
      const { outboxLeft, online } = await edge.health();
      return online && outboxLeft === 0;
    }).catch((error: Error) => this.#tally.mishaps.push(error.message));
    return this.#tally.record(hall, edge, (await edge.health()).outboxLeft);
  }

  /** Waits for the time of an act, or leaps to it once nobody moves. */
  async #reach(act: PlannedAct): Promise<void> {
    const { time, clock, edge, leap } = this.#options;
    const atMs = midnightMs() + act.atMs;
    this.#tellHour(act.atMs);
    if (time.nowMs >= atMs) return;
    if (atMs - time.nowMs > waitAtMostMs) {
      await this.#allQuiet();
      await leap(atMs, this.#tally.cutSinceMs === null);
      if (this.#tally.cutSinceMs !== null) return;
      await untilTrue(clock, 'the edge has heard of the base', contactLimitMs, async () => {
        const { dataAgeMs } = await edge.health();
        return dataAgeMs !== null && dataAgeMs < freshMs;
      });
      return;
    }
    await delay(clock, Math.max(0, atMs - time.nowMs));
  }

  #tellHour(atMs: number): void {
    const hour = Math.floor(atMs / hourMs);
    if (hour === this.#told) return;
    this.#told = hour;
    this.#options.say(
      `${String(hour).padStart(2, '0')}:00  ${this.#tally.truth} inside, ${this.#tally.shown.length} shown so far`,
    );
  }

  #inLane(gate: number, play: () => Promise<void>): void {
    const lane = gate === 0 ? 0 : 1;
    this.#lanes[lane] = this.#lanes[lane].then(play);
  }

  async #allQuiet(): Promise<void> {
    await Promise.all(this.#lanes);
  }

  /** What cannot be done as planned is told, and the day goes on. */
  async #guarded(act: PlannedAct, play: () => Promise<void>): Promise<void> {
    try {
      await play();
    } catch (error) {
      const at = new Date(act.atMs).toISOString().slice(11, 19);
      this.#tally.mishaps.push(`${at} ${act.type}: ${(error as Error).message}`);
    }
  }

  #playLane(act: LaneAct): Promise<void> {
    return this.#guarded(act, async () => {
      const gate = this.#gate(act.gate);
      switch (act.type) {
        case 'enters':
          if (await this.#people.letIn(gate, act.shows)) await this.#people.goesIn(gate, act.persons);
          return;
        case 'turns-round': {
          if (!(await this.#people.letIn(gate, act.shows))) return;
          await delay(this.#options.clock, pulseOverMs);
          if (await gate.pushes('entry')) throw new Error('the arm was still free after the pulse');
          return;
        }
        case 'leaves':
          await this.#people.goesOut(gate);
          return;
      }
    });
  }

  async #playAlone(act: Exclude<PlannedAct, LaneAct>): Promise<void> {
    switch (act.type) {
      case 'is-refused':
        await this.#people.isRefused(this.#gate(act.gate), act.shows);
        return;
      case 'enter-in-a-row':
        await this.#people.enterInARow(this.#gate(act.gate), act.show);
        return;
      case 'edge-is-killed':
        await this.#edgeIsKilled(act);
        return;
      case 'forces':
        await this.#people.forces(this.#gate(act.gate));
        return;
      case 'leaves-unseen':
        this.#tally.truth -= 1;
        return;
      case 'reports-lost':
        await this.#reportsLost(act.person);
        return;
      case 'network-is-cut':
        await this.#cut();
        return;
      case 'network-is-back':
        await this.#networkIsBack();
        return;
      case 'is-counted':
        await this.#isCounted(act.atMs);
        return;
    }
  }

  #gate(index: number): HallGate {
    return index === 0 ? this.#options.hall.gates[0] : this.#options.hall.gates[1];
  }

  async #edgeIsKilled({ gate: index, leavesBy, shows }: ActOf<'edge-is-killed'>): Promise<void> {
    const { edge, clock, time } = this.#options;
    const gate = this.#gate(index);
    if (!(await this.#people.letIn(gate, shows))) return;
    const killedAtMs = clock.monotonicMs();
    await edge.kill();
    await this.#people.goesOut(this.#gate(leavesBy));
    await edge.start(time.offsetMs);
    await edge.devicesReady();
    this.#tally.restartMs = clock.monotonicMs() - killedAtMs;
    await this.#people.goesIn(gate, 1);
  }

  async #reportsLost(person: string): Promise<void> {
    const { staff, members, clock } = this.#options;
    await (await staff()).reportLost(members.credentialOf(person), members.kioskId);
    this.#tally.lost.set(person, {
      person,
      whileCut: this.#tally.cutSinceMs !== null,
      refusedAfterMs: null,
      reportedAtMs: clock.monotonicMs(),
    });
  }

  async #cut(): Promise<void> {
    const { hall, edge, clock, time } = this.#options;
    await hall.cutNetwork(true);
    this.#tally.cutSinceMs = time.nowMs;
    await untilTrue(
      clock,
      'the edge has noticed the cut',
      contactLimitMs,
      async () => !(await edge.health()).online,
    );
  }

  /** I7: nobody does anything, and the queue is empty. */
  async #networkIsBack(): Promise<void> {
    const { hall, edge, clock, time } = this.#options;
    const healedAtMs = clock.monotonicMs();
    await hall.cutNetwork(false);
    await untilTrue(clock, 'the edge has sent what it owed', contactLimitMs, async () => {
      const { online, outboxLeft, dataAgeMs } = await edge.health();
      return online && outboxLeft === 0 && dataAgeMs !== null && dataAgeMs < freshMs;
    });
    const drainedAfterMs = clock.monotonicMs() - healedAtMs;
    this.#tally.cuts.push({ fromMs: this.#tally.cutSinceMs ?? time.nowMs, toMs: time.nowMs, drainedAfterMs });
    this.#tally.cutSinceMs = null;
  }

  async #isCounted(atMs: number): Promise<void> {
    const { edge, base, edgeId, clock } = this.#options;
    if (this.#tally.cutSinceMs === null) {
      await untilTrue(
        clock,
        'the edge has sent what it owed',
        contactLimitMs,
        async () => (await edge.health()).outboxLeft === 0,
      );
    }
    const { inside } = await edge.health();
    const published = await base.published(edgeId);
    this.#tally.moments.push({
      atMs,
      truth: this.#tally.truth,
      edge: inside,
      plain: edge.plainCount,
      published,
    });
  }
}
