import { codePath } from '@portillon/ui/code-path.ts';

const svg = 'http://www.w3.org/2000/svg';

/** Black on white with its quiet zone, level L: a screen has no scratches, and fewer modules are larger ones. */
export function codeDrawing(text: string, title: string): SVGSVGElement {
  const { path, side } = codePath(text, 'L');
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('viewBox', `-4 -4 ${side + 8} ${side + 8}`);
  drawing.setAttribute('shape-rendering', 'crispEdges');
  drawing.setAttribute('role', 'img');
  drawing.setAttribute('aria-label', title);
  drawing.setAttribute('class', 'code');
  const dark = document.createElementNS(svg, 'path');
  dark.setAttribute('d', path);
  drawing.append(dark);
  return drawing;
}
