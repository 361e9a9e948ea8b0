import type { ReactNode } from 'react';
import type { KioskView } from '../../bridge/view.ts';
import { type MessageId, useWords } from '../words.ts';

export type Side = KioskView['device']['terminalSide'];
export type DrawingName = 'terminal' | 'reader' | 'card-slot' | 'receipt-slot' | 'card-inside' | 'gate';

interface DeviceDrawingProps {
  readonly name: DrawingName;
  /** Where this cabinet has the part; left mirrors the drawing, below stacks it. No text inside, so it may turn. */
  readonly side: Side;
}

/**
 * Our own line drawings: the cabinet part as installed, a hand, an arrow; one object in the brand's colour, the one to
 * act on, with its contact point in the spark colour.
 */
export function DeviceDrawing({ name, side }: DeviceDrawingProps) {
  const { say } = useWords();
  const title = say(`drawing.${name}` satisfies MessageId);
  const below = side === 'below';
  if (name === 'gate' || name === 'card-inside') {
    return (
      <svg className="drawing" viewBox="0 0 560 370" role="img" aria-label={title}>
        {name === 'gate' ? <Gate /> : <CardInside />}
      </svg>
    );
  }
  return (
    <svg className="drawing" viewBox={below ? '0 0 560 540' : '0 0 560 440'} role="img" aria-label={title}>
      <g transform={side === 'left' ? 'translate(560 0) scale(-1 1)' : undefined}>
        {below ? <ScreenAbove /> : <ScreenBeside />}
        <g transform={below ? 'translate(176 214)' : 'translate(300 92)'}>{parts[name]}</g>
      </g>
    </svg>
  );
}

function ScreenBeside() {
  return (
    <>
      <path d="M96 352h84" />
      <rect x="28" y="14" width="220" height="338" rx="20" className="paper" />
      <rect x="48" y="34" width="180" height="268" rx="8" className="tint" />
      <Arrow from={[92, 176]} to={[190, 176]} />
      <path d="M248 150h52M248 206h52" />
    </>
  );
}

function ScreenAbove() {
  return (
    <>
      <rect x="110" y="10" width="300" height="152" rx="20" className="paper" />
      <rect x="130" y="28" width="260" height="114" rx="8" className="tint" />
      <Arrow from={[234, 48]} to={[234, 118]} />
      <path d="M206 162v52M262 162v52" />
    </>
  );
}

function Arrow({ from, to }: { from: [number, number]; to: [number, number] }) {
  const [x, y] = to;
  const across = from[1] === y;
  const head = across ? `M${x - 26} ${y - 26}L${x} ${y}l-26 26` : `M${x - 26} ${y - 26}L${x} ${y}l26 -26`;
  return <path className="arrow" d={`M${from[0]} ${from[1]}L${x} ${y}${head}`} />;
}

/**
 * A right hand that holds a flat thing by its lower edge, `(0, 0)` being the thumb's tip. The fingers are behind what
 * is held; only the thumb lies in front. Outline only.
 */
function Hand() {
  return (
    <>
      <path className="paper" d="M-36 44C-46 70 -38 98 -12 116V196H62V112C76 96 78 70 70 48" />
      <path className="paper" d="M-20 150H70V200H-20z" />
      <path
        className="paper"
        d="M-36 46C-30 26 -18 18 -12 2C-7 -11 14 -7 12 9C10 24 8 34 18 48C26 58 28 66 26 76"
      />
    </>
  );
}

const terminal = (
  <>
    <rect width="118" height="196" rx="16" className="solid" />
    <rect x="16" y="18" width="86" height="60" rx="6" className="tint" />
    <path className="contact" d="M44 48h.1M58 38c6 6 6 14 0 20M72 30c11 11 11 25 0 36" />
    <path
      className="on-solid"
      d="M26 106h14M52 106h14M78 106h14M26 134h14M52 134h14M78 134h14M26 162h14M52 162h14M78 162h14"
    />
    <g transform="translate(126 -6) rotate(6)">
      <rect width="112" height="72" rx="9" className="paper" />
      <rect x="14" y="22" width="22" height="18" rx="3" className="spark" />
      <path d="M62 52h34" />
    </g>
    <g transform="translate(190 56) rotate(6)">
      <Hand />
    </g>
  </>
);

const reader = (
  <>
    <rect y="10" width="118" height="170" rx="16" className="solid" />
    <path className="on-solid" d="M34 95h.1M50 79c9 9 9 23 0 32M68 65c17 17 17 43 0 60" />
    <g transform="translate(118 52) rotate(6)">
      <rect width="112" height="72" rx="9" className="paper" />
      <path d="M16 50h38" />
    </g>
    <g transform="translate(182 110) rotate(6)">
      <Hand />
    </g>
  </>
);

const cardSlot = (
  <>
    <rect y="10" width="96" height="150" rx="14" className="paper" />
    <path className="slot" d="M48 40v90" />
    <g transform="translate(58 52)">
      <path className="solid" d="M0 0H118a9 9 0 0 1 9 9V57a9 9 0 0 1 -9 9H0" />
      <path className="contact-line" d="M0 0V66" />
      <path className="on-solid" d="M40 46h30" />
    </g>
    <g transform="translate(164 96) rotate(-4)">
      <Hand />
    </g>
  </>
);

const receiptSlot = (
  <>
    <rect y="10" width="150" height="74" rx="14" className="paper" />
    <path className="slot" d="M26 56h98" />
    <g transform="translate(36 58)">
      <path className="solid" d="M0 0V112l13 -10 13 10 13 -10 13 10 13 -10 13 10V0" />
      <path className="contact-line" d="M0 0h78" />
      <path className="on-solid" d="M16 30h46M16 52h46M16 74h24" />
    </g>
    <g transform="translate(112 134) rotate(-18)">
      <Hand />
    </g>
  </>
);

const parts: Record<'terminal' | 'reader' | 'card-slot' | 'receipt-slot', ReactNode> = {
  terminal,
  reader,
  'card-slot': cardSlot,
  'receipt-slot': receiptSlot,
};

function CardInside() {
  return (
    <>
      <rect x="80" y="56" width="400" height="258" rx="22" className="paper" />
      <path d="M112 124H448M112 246H448" />
      <path d="M116 166H152M128 185H152M116 204H152" />
      <rect x="176" y="142" width="170" height="86" rx="10" className="solid" />
      <path className="on-solid" d="M200 202h50" />
      <path className="contact-line" d="M296 166c9 9 9 29 0 38M314 152c18 18 18 48 0 66" />
      <path className="arrow" d="M376 185H442M418 160l25 25 -25 25" />
      <path className="slot" d="M480 146v78" />
    </>
  );
}

function Gate() {
  return (
    <>
      <path d="M90 330h400" />
      <rect x="150" y="110" width="80" height="220" rx="16" className="paper" />
      <rect x="370" y="110" width="80" height="220" rx="16" className="paper" />
      <rect x="166" y="130" width="48" height="48" rx="8" className="spark" />
      <path d="M230 226l44 -66M370 226l-44 -66" className="bar" />
      <path className="arrow" d="M300 312V222M274 246L300 220l26 26" />
      <g transform="translate(36 84) rotate(-6)">
        <rect width="112" height="72" rx="9" className="solid" />
        <path className="on-solid" d="M18 50h38" />
      </g>
      <g transform="translate(82 152) rotate(-6)">
        <Hand />
      </g>
    </>
  );
}
