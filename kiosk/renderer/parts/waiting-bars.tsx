/** Waiting, drawn: the two bars breathe. Always beside a sentence that says what is being waited for. */
export function WaitingBars() {
  return (
    <span className="waiting-bars" aria-hidden="true">
      <span />
      <span />
    </span>
  );
}
