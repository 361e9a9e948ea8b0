import type { Clock } from '@portillon/core/base/clock.ts';
import type { DayMembers } from './day-members.ts';
import type { DayPlan } from './day-plan.ts';
import type { Shown } from './day-record.ts';
import type { DayTally } from './day-tally.ts';
import type { DayTime } from './day-time.ts';
import type { EdgeOfDay } from './edge-of-day.ts';
import type { HallGate } from './hall-gate.ts';
import type { Presentation } from './planned-act.ts';
import { untilTrue } from './until-true.ts';

export interface AtTheGateOptions {
  readonly plan: DayPlan;
  /** In which devices and people move. */
  readonly clock: Clock;
  readonly time: DayTime;
  readonly edge: EdgeOfDay;
  readonly members: DayMembers;
  readonly tally: DayTally;
}

/** A person tries again after so long. */
const decisionLimitMs = 10_000;
/** Far beyond what a gate takes: a busy machine is slow, and no reason to call a day lost. */
const releaseLimitMs = 10_000;
const passageLimitMs = 10_000;

/** What one person does at one gate, and waits for there. All of it rejects with what did not happen. */
export class AtTheGate {
  readonly #options: AtTheGateOptions;
  readonly #tally: DayTally;
  readonly #codes = new Map<string, string>();

  constructor(options: AtTheGateOptions) {
    this.#options = options;
    this.#tally = options.tally;
  }

  /** Holds something up and waits for what is decided. True when the gate was released for it. */
  async letIn(gate: HallGate, shows: Presentation): Promise<boolean> {
    const releasedBefore = gate.releasedAtMs.length;
    const shown = await this.#shows(gate, shows);
    if (shown.decided?.outcome !== 'granted') {
      this.#tally.shown.push(shown);
      return false;
    }
    const { clock } = this.#options;
    await untilTrue(
      clock,
      `${gate.id} is released`,
      releaseLimitMs,
      () => gate.releasedAtMs.length > releasedBefore,
    );
    const releasedAtMs = gate.releasedAtMs[releasedBefore] ?? clock.monotonicMs();
    this.#tally.shown.push({ ...shown, releasedAfterMs: releasedAtMs - shown.seenAtMs });
    return true;
  }

  async #shows(
    gate: HallGate,
    { person, picture, expected }: Presentation,
  ): Promise<Shown & { readonly seenAtMs: number }> {
    const { edge, members, clock, time } = this.#options;
    const inHand = members.inHandOf(person);
    const before = edge.decisionsAt(gate.id).length;
    const decided = () => edge.decisionsAt(gate.id)[before] ?? null;
    const atMs = time.nowMs;
    const isDecided = (limitMs: number) =>
      untilTrue(clock, `${gate.id} decides about ${person}`, limitMs, () => decided() !== null);
    let seenAtMs = clock.monotonicMs();
    switch (inHand.kind) {
      case 'card': {
        let seen = await gate.holdCard(inHand.card);
        await isDecided(decisionLimitMs).catch(async () => {
          // As people do when nothing happens: once more.
          await gate.takeCardAway();
          this.#tally.secondTries += 1;
          seen = await gate.holdCard(inHand.card);
          await isDecided(decisionLimitMs);
        });
        seenAtMs = seen();
        await gate.takeCardAway();
        break;
      }
      case 'number':
        await gate.holdBadge(inHand.number);
        await isDecided(decisionLimitMs);
        break;
      case 'code': {
        const text = picture ? this.#codes.get(person) : inHand.textAt(time.nowMs);
        if (text === undefined) throw new Error(`no picture was taken of the code of ${person}`);
        this.#codes.set(person, text);
        await gate.scan(text);
        await isDecided(decisionLimitMs);
        break;
      }
    }
    const networkIsCut = this.#tally.cutSinceMs !== null;
    return {
      atMs,
      person,
      gateId: gate.id,
      kind: kindOf(inHand.kind, person, this.#options.plan),
      expected,
      decided: decided(),
      releasedAfterMs: null,
      gotThrough: false,
      networkIsCut,
      seenAtMs,
    };
  }

  async goesIn(gate: HallGate, persons: number): Promise<void> {
    const before = this.#options.edge.passages('entry', gate.id);
    if (!(await gate.pushes('entry'))) throw new Error(`the arm of ${gate.id} did not give way`);
    this.#tally.truth += persons;
    await this.#sensed(gate, 'entry', before);
  }

  /** I9. */
  async goesOut(gate: HallGate): Promise<void> {
    const { edge } = this.#options;
    const before = edge.passages('exit', gate.id);
    this.#tally.exitsTried += 1;
    if (!(await gate.pushes('exit'))) {
      this.#tally.exitsRefused += 1;
      return;
    }
    this.#tally.truth -= 1;
    if (edge.isRunning) await this.#sensed(gate, 'exit', before);
    else this.#tally.turnedUnwatched += 1;
  }

  async forces(gate: HallGate): Promise<void> {
    const before = this.#options.edge.passages('entry', gate.id);
    await gate.force();
    this.#tally.truth += 1;
    this.#tally.forced += 1;
    await this.#sensed(gate, 'entry', before);
  }

  #sensed(gate: HallGate, direction: 'entry' | 'exit', before: number): Promise<void> {
    const { clock, edge } = this.#options;
    return untilTrue(
      clock,
      `the edge has seen the ${direction} at ${gate.id}`,
      passageLimitMs,
      () => edge.passages(direction, gate.id) > before,
    );
  }

  async isRefused(gate: HallGate, shows: Presentation): Promise<void> {
    const releasedBefore = gate.releasedAtMs.length;
    const shown = await this.#shows(gate, shows);
    const lost = this.#tally.lost.get(shows.person);
    if (lost?.refusedAfterMs === null && shown.decided?.reason === 'blocked') {
      const refusedAfterMs = this.#options.clock.monotonicMs() - lost.reportedAtMs;
      this.#tally.lost.set(shows.person, { ...lost, refusedAfterMs });
    }
    const gotThrough = await gate.pushes('entry');
    if (gotThrough) this.#tally.truth += 1;
    this.#tally.shown.push({ ...shown, gotThrough: gotThrough || gate.releasedAtMs.length > releasedBefore });
  }

  /** The second waits, released for once the first is through. */
  async enterInARow(gate: HallGate, show: readonly Presentation[]): Promise<void> {
    const [first, second] = show;
    if (!first || !second || !(await this.letIn(gate, first))) return;
    const releasedBefore = gate.releasedAtMs.length;
    const waiting = await this.#shows(gate, second);
    await this.goesIn(gate, 1);
    await untilTrue(
      this.#options.clock,
      `${gate.id} is released for the second`,
      releaseLimitMs,
      () => gate.releasedAtMs.length > releasedBefore,
    );
    // How long it waited is the first one's doing.
    this.#tally.shown.push(waiting);
    await this.goesIn(gate, 1);
  }
}

function kindOf(held: 'card' | 'number' | 'code', person: string, plan: DayPlan): Shown['kind'] {
  if (held !== 'code') return 'card';
  const holds = plan.people.find(({ key }) => key === person)?.holds;
  return holds === 'pass' || holds === 'ticket' ? holds : 'other';
}
