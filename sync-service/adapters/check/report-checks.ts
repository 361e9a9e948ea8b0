import { type AdapterUnderTest, type CheckContext, NotChecked } from './adapter-check.ts';
import { adapterChecks } from './adapter-contract.ts';

/** Runs every check, one line each. Resolves with 0 when all that could be checked holds, else 3. */
export async function reportChecks(
  under: AdapterUnderTest,
  context: CheckContext,
  say: (line: string) => void,
): Promise<0 | 3> {
  let [wrong, unchecked] = [0, 0];
  for (const { title, run } of adapterChecks) {
    try {
      const problem = await run(under, context);
      if (problem !== null) wrong += 1;
      say(problem === null ? `holds         ${title}` : `DOES NOT HOLD ${title}: ${problem}`);
    } catch (error) {
      if (error instanceof NotChecked) unchecked += 1;
      else wrong += 1;
      say(
        `${error instanceof NotChecked ? 'not checked  ' : 'DOES NOT HOLD'} ${title}: ${(error as Error).message}`,
      );
    }
  }
  say(
    `${adapterChecks.length - wrong - unchecked} hold, ${wrong} do not, ${unchecked} could not be checked.`,
  );
  return wrong === 0 ? 0 : 3;
}
