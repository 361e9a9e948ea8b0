/** What the page is measured with; handed to the browser, so it may not use anything from outside its own body. */
export interface Measures {
  readonly leastTargetMm: number;
  readonly leastGapMm: number;
  readonly touchBandMm: number;
  readonly smallestFontMm: number;
  readonly widthMm: number;
}

/**
 * Everything that is wrong with the screen shown now, in words: text cut or out of its box, targets too small, too near
 * to each other or too high, something over something else. Runs inside the page.
 */
export function screenFaults(measures: Measures): string[] {
  const faults: string[] = [];
  const mm = Math.min(window.innerWidth, (window.innerHeight * 9) / 16) / measures.widthMm;
  const roundingPx = 1;
  const dialog = document.querySelector('[role="dialog"], [role="alertdialog"]');
  const scope: Element = dialog ?? document.body;

  const named = (element: Element) =>
    element.getAttribute('data-testid') ??
    `${element.tagName.toLowerCase()} “${element.textContent?.slice(0, 30)}”`;
  const inside = (inner: DOMRect, outer: DOMRect) =>
    inner.left >= outer.left - roundingPx &&
    inner.right <= outer.right + roundingPx &&
    inner.top >= outer.top - roundingPx &&
    inner.bottom <= outer.bottom + roundingPx;

  if (document.documentElement.scrollWidth > window.innerWidth)
    faults.push('the page is wider than the screen');
  if (document.documentElement.scrollHeight > window.innerHeight)
    faults.push('the page is higher than the screen');

  for (const zone of document.querySelectorAll('.screen-head, .screen-middle, .screen-band, .over-band')) {
    const box = zone.getBoundingClientRect();
    if (!inside(box, new DOMRect(0, 0, window.innerWidth, window.innerHeight))) {
      faults.push(`${zone.className} leaves the screen`);
    }
    for (const child of zone.children) {
      if (!inside(child.getBoundingClientRect(), box))
        faults.push(`${named(child)} leaves its zone ${zone.className}`);
    }
    if (zone.scrollWidth > zone.clientWidth + roundingPx) faults.push(`${zone.className} is cut sideways`);
  }

  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.textContent?.trim() === '' || element.closest('[data-pager]') !== null)
      continue;
    const style = getComputedStyle(element);
    const range = document.createRange();
    range.selectNodeContents(node);
    const words = range.getBoundingClientRect();
    if (words.width < 2 || style.visibility === 'hidden') continue;
    // The line box may stand out of the box of a tight line height; the letters themselves do not.
    const letters = new DOMRect(words.left, words.top + words.height * 0.15, words.width, words.height * 0.7);
    const holder = element.closest(
      '.press, .notice, .card, .screen-head, .screen-middle, .screen-band, .over-band',
    );
    if (holder !== null && !inside(letters, holder.getBoundingClientRect())) {
      faults.push(`the words “${node.textContent?.slice(0, 30)}” leave ${named(holder)}`);
    }
    const fontMm = Number.parseFloat(style.fontSize) / mm;
    if (fontMm < measures.smallestFontMm - 0.05) {
      faults.push(`the words “${node.textContent?.slice(0, 30)}” are ${fontMm.toFixed(2)} mm, too small`);
    }
  }

  const bandTop = window.innerHeight - measures.touchBandMm * mm;
  const targets = [...scope.querySelectorAll('button, input, canvas')].map((element) => ({
    name: named(element),
    box: element.getBoundingClientRect(),
  }));
  targets.forEach(({ name, box }, index) => {
    const side = measures.leastTargetMm * mm - roundingPx;
    if (box.width < side || box.height < side) {
      faults.push(
        `${name} is ${(box.width / mm).toFixed(1)} × ${(box.height / mm).toFixed(1)} mm, too small to touch`,
      );
    }
    if (box.top < bandTop - roundingPx) faults.push(`${name} is above the touch band`);
    for (const other of targets.slice(index + 1)) {
      const across = Math.max(other.box.left - box.right, box.left - other.box.right);
      const down = Math.max(other.box.top - box.bottom, box.top - other.box.bottom);
      const gapMm = Math.max(across, down) / mm;
      if (gapMm < measures.leastGapMm - roundingPx / mm) {
        faults.push(`${name} and ${other.name} are ${gapMm.toFixed(1)} mm apart`);
      }
    }
  });
  return faults;
}
