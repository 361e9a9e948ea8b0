import QRCode from 'qrcode';
import { useMemo } from 'react';

/** A QR code as an image: dark on white with the quiet zone of ISO/IEC 18004 (4 modules), level M. */
export function QrImage({ text, title }: { text: string; title: string }) {
  const { path, side } = useMemo(() => qrPath(text), [text]);
  return (
    <svg
      className="qr"
      viewBox={`-4 -4 ${side + 8} ${side + 8}`}
      role="img"
      aria-label={title}
      shapeRendering="crispEdges"
    >
      <rect x="-4" y="-4" width={side + 8} height={side + 8} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function qrPath(text: string): { path: string; side: number } {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  let path = '';
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (modules.get(row, column) === 1) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  return { path, side: modules.size };
}
