import { codePath } from '@portillon/ui/code-path.ts';
import { useMemo } from 'react';

/** A QR code as an image: dark on white with the quiet zone of ISO/IEC 18004 (4 modules), level M. */
export function QrImage({ text, title }: { text: string; title: string }) {
  const { path, side } = useMemo(() => codePath(text, 'M'), [text]);
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
