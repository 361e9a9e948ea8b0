import { useWords } from '../words.ts';

/** Progress as bars that light up one by one, and in words. */
export function StepGate({ step, stepCount }: { step: number; stepCount: number }) {
  const { say } = useWords();
  return (
    <p className="step-gate">
      <span className="step-bars" aria-hidden="true">
        {Array.from({ length: stepCount }, (_, index) => index + 1).map((position) => (
          <span key={position} className={position <= step ? 'step-bar lit' : 'step-bar'} />
        ))}
      </span>
      {say('step.position', { step, count: stepCount })}
    </p>
  );
}
