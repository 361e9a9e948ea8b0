import QRCode from 'qrcode';

const svg = 'http://www.w3.org/2000/svg';

/** Black on white with its quiet zone, level L: a screen has no scratches, and fewer modules are larger ones. */
export function codeDrawing(text: string, title: string): SVGSVGElement {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'L' });
  const { size } = modules;
  let path = '';
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (modules.get(row, column) === 1) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('viewBox', `-4 -4 ${size + 8} ${size + 8}`);
  drawing.setAttribute('shape-rendering', 'crispEdges');
  drawing.setAttribute('role', 'img');
  drawing.setAttribute('aria-label', title);
  drawing.setAttribute('class', 'code');
  const dark = document.createElementNS(svg, 'path');
  dark.setAttribute('d', path);
  drawing.append(dark);
  return drawing;
}
