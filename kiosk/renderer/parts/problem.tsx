import type { FieldProblem } from '../../bridge/view.ts';
import { catalogues, type MessageId, useWords } from '../words.ts';

/** The words for a problem: what happened and how to fix it (a known pair), or a plain request to look again. */
export function problemMessageId(problem: FieldProblem): MessageId {
  const id = `problem.${problem.field}.${problem.problem}`;
  return isMessageId(id) ? id : 'problem.other';
}

function isMessageId(id: string): id is MessageId {
  return id in catalogues.fr;
}

export function problemOf(
  problems: readonly FieldProblem[],
  field: FieldProblem['field'],
): FieldProblem | undefined {
  return problems.find((problem) => problem.field === field);
}

/** Shown after Continue only; the field it belongs to points to it by `id`. */
export function Problem({ id, problem }: { id: string; problem: FieldProblem | undefined }) {
  const { say } = useWords();
  if (problem === undefined) return null;
  return <ProblemText id={id} words={say(problemMessageId(problem))} testId={`problem-${problem.field}`} />;
}

export function ProblemText({ id, words, testId }: { id: string; words: string; testId: string }) {
  return (
    <p className="problem" id={id} role="alert" data-testid={testId}>
      <svg className="problem-shape" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
        <circle cx="10" cy="10" r="9" fill="currentColor" />
        <path d="M10 4.6v6.6" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" />
        <circle cx="10" cy="14.8" r="1.5" fill="#fff" />
      </svg>
      {words}
    </p>
  );
}
