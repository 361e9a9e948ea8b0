export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/**
 * Where the focus goes on an arrow key: the nearest control in that direction, one that is straight ahead before one
 * that is off to the side. Undefined when there is none.
 */
export function nearestInDirection(
  from: Box,
  others: readonly Box[],
  direction: Direction,
): number | undefined {
  let best: number | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  others.forEach((to, index) => {
    const ahead = aheadBy(from, to, direction);
    if (ahead === undefined) return;
    const distance = ahead + 3 * asideBy(from, to, direction);
    if (distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  });
  return best;
}

function aheadBy(from: Box, to: Box, direction: Direction): number | undefined {
  const gap = {
    left: from.left - to.right,
    right: to.left - from.right,
    up: from.top - to.bottom,
    down: to.top - from.bottom,
  }[direction];
  return gap >= -1 ? Math.max(0, gap) : undefined;
}

/** Distance between the spans across the direction of travel; nothing where they overlap, a little for the centres. */
function asideBy(from: Box, to: Box, direction: Direction): number {
  const across = direction === 'left' || direction === 'right';
  const [a1, a2] = across ? [from.top, from.bottom] : [from.left, from.right];
  const [b1, b2] = across ? [to.top, to.bottom] : [to.left, to.right];
  const apart = Math.max(0, b1 - a2, a1 - b2);
  return apart + Math.abs((a1 + a2) / 2 - (b1 + b2) / 2) / 100;
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

const controls = 'button:not([disabled]), input:not([disabled]), [data-arrow-stop]';

/** Arrow keys move between all controls of the page (or of the open card); in a text field left and right stay the caret's. */
export function moveFocusByArrow(event: KeyboardEvent): void {
  const direction = directions[event.key];
  const from = event.target;
  if (direction === undefined || !(from instanceof HTMLElement) || event.defaultPrevented) return;
  const inText = from instanceof HTMLInputElement;
  if (inText && (direction === 'left' || direction === 'right')) return;
  const scope = from.closest('[role="alertdialog"], [role="dialog"]') ?? document.body;
  const others = [...scope.querySelectorAll<HTMLElement>(controls)].filter((element) => element !== from);
  const startBox =
    from === document.body ? { left: 0, top: 0, right: 0, bottom: 0 } : from.getBoundingClientRect();
  const index = nearestInDirection(
    startBox,
    others.map((element) => element.getBoundingClientRect()),
    direction,
  );
  if (index === undefined) return;
  event.preventDefault();
  others[index]?.focus();
}
