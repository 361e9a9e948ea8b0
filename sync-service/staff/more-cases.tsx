/** How many of a list are not shown, and the way to more of them. */
export function MoreCases(props: {
  readonly left: number;
  readonly words: (count: number) => string;
  readonly more: string;
  /** Null where no more are shown at once. */
  readonly onMore: (() => void) | null;
}) {
  const { left, words, more, onMore } = props;
  if (left <= 0) return null;
  return (
    <p className="empty more">
      <span>{words(left)}</span>
      {onMore && (
        <button type="button" onClick={onMore}>
          {more}
        </button>
      )}
    </p>
  );
}
