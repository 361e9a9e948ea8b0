/** The brand mark: two upright bars that part. Decoration beside a word, so it is hidden from readers. */
export function PortillonMark({ className, open = false }: { className?: string; open?: boolean }) {
  const right = open ? 34 : 18;
  return (
    <svg className={className} viewBox="0 0 44 40" aria-hidden="true" focusable="false">
      <rect x="2" y="2" width="8" height="36" rx="4" fill="var(--mark-first, var(--brand-solid))" />
      <rect
        x={right}
        y="2"
        width="8"
        height="36"
        rx="4"
        fill="var(--mark-second, var(--brand-solid))"
        style={{ transition: 'x var(--motion-gate) ease-out' }}
      />
    </svg>
  );
}
