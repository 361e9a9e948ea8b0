import QRCode from 'qrcode';

/** The dark modules of a QR code as one path of an SVG, one unit a module; `side` is how many it has. */
export function codePath(text: string, level: 'L' | 'M'): { readonly path: string; readonly side: number } {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: level });
  let path = '';
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (modules.get(row, column) === 1) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  return { path, side: modules.size };
}
