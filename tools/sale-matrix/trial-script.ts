/** One place in a trial where the world could have gone another way. */
export interface ChoicePoint {
  readonly asked: string;
  /** The first answer is what happens when nothing goes wrong. */
  readonly answers: readonly string[];
}

/** What differs from the run in which nothing goes wrong. */
export interface TrialPlan {
  /** Choice point (counted from 0) to the answer given there. */
  readonly answers: ReadonlyMap<number, string>;
  /** The moment, counted from 0 over the whole trial, at which the power goes; a second one may follow. */
  readonly cuts: readonly number[];
}

/**
 * Plays the world of one trial: answers every question from the plan, counts the moments at which power can go, and
 * remembers both, so that the next trials can be planned from what this one met.
 */
export class TrialScript {
  readonly points: ChoicePoint[] = [];
  /** Names of the moments that passed, in order. */
  readonly moments: string[] = [];
  /** How many moments had passed when the program started again the last time; 0 before the first cut. */
  restartedAtMoment = 0;
  /** The same for the choices. */
  restartedAtPoint = 0;
  readonly #plan: TrialPlan;
  readonly #sticky = new Map<string, string>();
  #powerGone: () => void = () => undefined;

  constructor(plan: TrialPlan) {
    this.#plan = plan;
  }

  /** An answer that ends in `-always` is given to every later question of the same name. */
  choose<Answer extends string>(asked: string, answers: readonly [Answer, ...Answer[]]): Answer {
    const sticky = this.#sticky.get(asked);
    const before = answers.find((answer) => answer === sticky);
    if (before !== undefined) return before;
    const planned = this.#plan.answers.get(this.points.length);
    this.points.push({ asked, answers });
    const chosen = answers.find((answer) => answer === planned) ?? answers[0];
    if (chosen.endsWith('-always')) this.#sticky.set(asked, chosen);
    return chosen;
  }

  /** What was chosen against the run in which nothing goes wrong, in words. */
  get deviations(): readonly string[] {
    return this.points.flatMap(({ asked, answers }, at) => {
      const planned = this.#plan.answers.get(at);
      return planned !== undefined && planned !== answers[0] ? [`${asked}: ${planned}`] : [];
    });
  }

  restarted(): void {
    this.restartedAtMoment = this.moments.length;
    this.restartedAtPoint = this.points.length;
  }

  onPowerGone(listener: () => void): void {
    this.#powerGone = listener;
  }

  /** Passes a moment. Where the plan cuts the power there, it never resolves: the program that waits for it is gone. */
  async moment(name: string): Promise<void> {
    const number = this.moments.length;
    this.moments.push(name);
    if (!this.#plan.cuts.includes(number)) return;
    this.#powerGone();
    await new Promise<never>(() => undefined);
  }
}
