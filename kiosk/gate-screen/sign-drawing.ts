import type { SignShape } from './sign-look.ts';

const namespace = 'http://www.w3.org/2000/svg';

/** Lines of each drawing on a field of 100 by 100; `heavy` ones carry the mark, `dashed` ones say that something is missing. */
const drawings: Readonly<
  Record<SignShape, readonly { readonly path: string; readonly kind?: 'heavy' | 'dashed' }[]>
> = {
  bars: [
    { path: 'M12 12V88', kind: 'heavy' },
    { path: 'M44 12V88', kind: 'heavy' },
  ],
  arrows: [
    { path: 'M6 12V88M70 12V88' },
    { path: 'M24 30L40 50L24 70', kind: 'heavy' },
    { path: 'M42 30L58 50L42 70', kind: 'heavy' },
  ],
  'rounded-square': [
    { path: 'M24 6H76A18 18 0 0 1 94 24V76A18 18 0 0 1 76 94H24A18 18 0 0 1 6 76V24A18 18 0 0 1 24 6Z' },
    { path: 'M28 52L44 68L74 34', kind: 'heavy' },
  ],
  hourglass: [
    { path: 'M6 6H66M6 94H66' },
    {
      path: 'M14 8V24C14 40 32 42 32 50C32 58 14 60 14 76V92M58 8V24C58 40 40 42 40 50C40 58 58 60 58 76V92',
    },
    { path: 'M28 84H44', kind: 'heavy' },
  ],
  triangle: [
    { path: 'M50 8L95 90H5Z' },
    { path: 'M50 38V62', kind: 'heavy' },
    { path: 'M50 76V76.5', kind: 'heavy' },
  ],
  circle: [{ path: 'M50 5A45 45 0 1 1 49.9 5Z' }, { path: 'M33 33L67 67M67 33L33 67', kind: 'heavy' }],
  lock: [
    { path: 'M6 46H70V94H6Z' },
    { path: 'M18 46V28A20 20 0 0 1 58 28V46' },
    { path: 'M38 62V78', kind: 'heavy' },
  ],
  'dashed-circle': [
    { path: 'M50 5A45 45 0 1 1 49.9 5Z', kind: 'dashed' },
    { path: 'M28 72L72 28', kind: 'heavy' },
  ],
  door: [
    { path: 'M44 8H6V92H44' },
    { path: 'M28 50H90', kind: 'heavy' },
    { path: 'M70 28L92 50L70 72', kind: 'heavy' },
  ],
  'dashed-square': [
    { path: 'M8 8H92V92H8Z', kind: 'dashed' },
    { path: 'M30 50V50.5M50 50V50.5M70 50V50.5', kind: 'heavy' },
  ],
};

/** The drawing of a sign, in the colour of the words beside it, which say the same. */
export function signDrawing(shape: SignShape): SVGElement {
  const drawing = document.createElementNS(namespace, 'svg');
  drawing.setAttribute('viewBox', '0 0 100 100');
  drawing.setAttribute('aria-hidden', 'true');
  drawing.setAttribute('class', 'drawing');
  drawing.dataset.shape = shape;
  for (const { path, kind = 'line' } of drawings[shape]) {
    const line = document.createElementNS(namespace, 'path');
    line.setAttribute('d', path);
    line.setAttribute('class', kind);
    drawing.append(line);
  }
  return drawing;
}
