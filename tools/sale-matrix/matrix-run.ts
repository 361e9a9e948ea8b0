import { type TerminalFamily, terminalFamilies } from './model-terminal.ts';
import { saleTrial, type TrialSurroundings } from './sale-trial.ts';
import { allWell, plansWithOneMoreAnswer, plansWithOneMoreCut } from './trial-plans.ts';
import { type TrialProduct, trialProducts } from './trial-products.ts';
import type { TrialPlan, TrialScript } from './trial-script.ts';

export interface MatrixDepth {
  /** How many answers of devices may differ from what they should be in one sale. */
  readonly answers: number;
  /** With so many different answers at most, the power is cut at every moment, … */
  readonly answersWithCut: number;
  /** … and with so many at most, once more at every moment after the restart. */
  readonly answersWithSecondCut: number;
}

/** What `npm run sale-matrix` walks. */
export const fullDepth: MatrixDepth = { answers: 2, answersWithCut: 1, answersWithSecondCut: 0 };

export interface MatrixSummary {
  readonly combinations: number;
  readonly withCut: number;
  /** Ending to how often it was reached. */
  readonly endings: Readonly<Record<string, number>>;
  /** One different answer, without a cut, to the ending it leads to, for each family of terminals. */
  readonly leadsTo: Readonly<Record<string, Readonly<Partial<Record<TerminalFamily, string>>>>>;
  readonly violations: readonly { readonly trial: string; readonly broken: string }[];
}

/** Tries every combination up to the depth; each trial tells which others there are. */
export async function runMatrix(
  around: TrialSurroundings,
  depth: MatrixDepth,
  onTrial: (done: number, family: TerminalFamily) => void = () => undefined,
): Promise<MatrixSummary> {
  const endings: Record<string, number> = {};
  const leadsTo: Record<string, Partial<Record<TerminalFamily, string>>> = {};
  const violations: { trial: string; broken: string }[] = [];
  let combinations = 0;
  let withCut = 0;

  const products = Object.keys(trialProducts) as TrialProduct[];
  for (const product of products) {
    for (const family of terminalFamilies) {
      // Only what is held can be let go of.
      if (product === 'beyond the offline limit' && family !== 'hold') continue;
      // What it adds comes after the money; a day entry is walked at terminals that cannot be asked.
      if (product === 'membership without a card' && family === 'charge-unasked') continue;
      const open: TrialPlan[] = [allWell];
      for (let plan = open.pop(); plan; plan = open.pop()) {
        const { script, ending, violations: broken } = await saleTrial(product, family, plan, around);
        combinations += 1;
        if (plan.cuts.length > 0) withCut += 1;
        endings[ending] = (endings[ending] ?? 0) + 1;
        const trial = [product, trialWords(family, plan, script.deviations)].join(', ');
        for (const words of broken) violations.push({ trial, broken: words });
        const [only] = script.deviations;
        if (only !== undefined && plan.cuts.length === 0 && plan.answers.size === 1) {
          const asked = product === 'membership' ? only : `${product}, ${only}`;
          leadsTo[asked] = { ...leadsTo[asked], [family]: ending };
        }
        open.push(...deeper(plan, script, depth));
        onTrial(combinations, family);
      }
    }
  }
  return { combinations, withCut, endings, leadsTo, violations };
}

function deeper(plan: TrialPlan, script: TrialScript, depth: MatrixDepth): TrialPlan[] {
  const { answers, cuts } = plan;
  const answersAllowed = [depth.answers, depth.answersWithCut, depth.answersWithSecondCut][cuts.length] ?? 0;
  const cutsAllowed = [depth.answersWithSecondCut, depth.answersWithCut].findIndex(
    (allowed) => answers.size <= allowed,
  );
  return [
    ...(answers.size < answersAllowed ? plansWithOneMoreAnswer(plan, script) : []),
    ...(cuts.length < (cutsAllowed < 0 ? 0 : 2 - cutsAllowed) ? plansWithOneMoreCut(plan, script) : []),
  ];
}

function trialWords(family: TerminalFamily, plan: TrialPlan, deviations: readonly string[]): string {
  const cuts = plan.cuts.map((moment) => `power cut at moment ${moment}`);
  return [family, ...deviations, ...cuts].join(', ');
}
