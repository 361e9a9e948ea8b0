import { screenGeometry } from '@portillon/ui/tokens.ts';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import SignaturePadEngine from 'signature_pad';
import { strokesInMm } from './strokes.ts';

export interface SignatureHandle {
  /** One flat list per stroke: x, y, x, y … in millimetres to a tenth, from the pad's top left corner. */
  strokesMm(): number[][];
  undo(): void;
  clear(): void;
}

interface SignaturePadProps {
  readonly handle: Ref<SignatureHandle>;
  readonly diagonalInches: number;
  readonly label: string;
}

/** A place to sign with a finger, a line to sign on, and the strokes as data: what is kept is the movement. */
export function SignaturePad({ handle, diagonalInches, label }: SignaturePadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const engine = useRef<SignaturePadEngine | null>(null);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const ink = getComputedStyle(element).color;
    const box = element.getBoundingClientRect();
    const scale = Math.max(1, window.devicePixelRatio);
    element.width = box.width * scale;
    element.height = box.height * scale;
    element.getContext('2d')?.scale(scale, scale);
    const pxPerMm = stagePxPerMm(diagonalInches);
    engine.current = new SignaturePadEngine(element, {
      penColor: ink,
      minWidth: 0.6 * pxPerMm,
      maxWidth: 1.3 * pxPerMm,
    });
    return () => engine.current?.off();
  }, [diagonalInches]);

  useImperativeHandle(handle, () => ({
    strokesMm: () => strokesInMm(engine.current?.toData() ?? [], stagePxPerMm(diagonalInches)),
    undo: () => engine.current?.fromData(engine.current.toData().slice(0, -1)),
    clear: () => engine.current?.clear(),
  }));

  return (
    <div className="sign-pad">
      <canvas ref={canvas} data-testid="sign-canvas" aria-label={label} role="img" />
      <span className="sign-line" aria-hidden="true">
        {label}
      </span>
    </div>
  );
}

/** Pixels of this window per millimetre of the panel, also where the picture is shown smaller than the panel. */
function stagePxPerMm(diagonalInches: number): number {
  const stageWidthPx = Math.min(window.innerWidth, window.innerHeight * (9 / 16));
  return stageWidthPx / screenGeometry(diagonalInches).widthMm;
}
