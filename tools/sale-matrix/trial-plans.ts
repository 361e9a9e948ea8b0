import type { TrialPlan, TrialScript } from './trial-script.ts';

/** The run in which nothing goes wrong. */
export const allWell: TrialPlan = { answers: new Map(), cuts: [] };

/** After a trial: one plan for each other answer at each choice since the last start that the plan did not pass yet. */
export function plansWithOneMoreAnswer(plan: TrialPlan, script: TrialScript): TrialPlan[] {
  const first = Math.max(script.restartedAtPoint, 1 + Math.max(-1, ...plan.answers.keys()));
  return script.points.slice(first).flatMap(({ answers }, index) =>
    answers.slice(1).map((answer) => ({
      ...plan,
      answers: new Map([...plan.answers, [first + index, answer]]),
    })),
  );
}

/** After a trial: one plan for each moment since the last start at which the power could go. */
export function plansWithOneMoreCut(plan: TrialPlan, script: TrialScript): TrialPlan[] {
  const first = script.restartedAtMoment;
  return script.moments
    .slice(first)
    .map((_name, index) => ({ ...plan, cuts: [...plan.cuts, first + index] }));
}
