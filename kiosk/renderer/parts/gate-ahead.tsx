/** The gate of the brand, which opens a little with every step: company for a question, decoration only. */
export function GateAhead({ step, stepCount }: { step: number; stepCount: number }) {
  const openShare = stepCount <= 1 ? 1 : (step - 1) / (stepCount - 1);
  return (
    <div
      className="gate-ahead"
      aria-hidden="true"
      style={{ gap: `calc(var(--mm) * ${14 + 130 * openShare})` }}
    >
      <span />
      <span />
    </div>
  );
}
