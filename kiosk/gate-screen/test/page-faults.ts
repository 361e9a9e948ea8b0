/**
 * What is wrong with the page as it stands, in words: something cut, out of the screen, on something else, or too small to be
 * read in passing. Runs inside the page, so it uses nothing from outside its own body.
 */
export function pageFaults(): string[] {
  const faults: string[] = [];
  const { innerWidth: width, innerHeight: height } = window;
  /** As in the style sheet. */
  const unitPx = Math.min(Math.min(width, height), 0.602 * Math.max(width, height)) / 100;
  const smallestPx = unitPx * 4;
  const boxes: { readonly words: string; readonly box: DOMRect }[] = [];
  for (const element of document.querySelectorAll('.gate-name, .drawing, h1, .matter, .change, .other')) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const box = element.matches('.drawing') ? element.getBoundingClientRect() : range.getBoundingClientRect();
    const words = element.matches('.drawing') ? 'the drawing' : `“${element.textContent}”`;
    if (box.width === 0) continue;
    if (box.left < 0 || box.top < 0 || box.right > width + 1 || box.bottom > height + 1) {
      faults.push(`${words} leaves the screen`);
    }
    if (Number.parseFloat(getComputedStyle(element).fontSize) < smallestPx - 0.1)
      faults.push(`${words} is too small`);
    for (const other of boxes) {
      const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      if (across > 1 && down > 1) faults.push(`${words} stands on ${other.words}`);
    }
    boxes.push({ words, box });
  }
  const word = document.querySelector('h1:not(.invitation)');
  if (word) {
    const size = Number.parseFloat(getComputedStyle(word).fontSize);
    const lines = Math.round(word.getBoundingClientRect().height / (size * 1.02));
    if (lines > 2) faults.push(`“${word.textContent}” takes ${lines} lines`);
    if (size < unitPx * 8) faults.push(`“${word.textContent}” is no large word`);
  }
  return faults;
}
