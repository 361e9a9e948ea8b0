import type { ReactNode } from 'react';
import type { KioskView } from '../../bridge/view.ts';
import { type MessageId, useWords } from '../words.ts';

export type Side = KioskView['device']['terminalSide'];
export type DrawingName = 'terminal' | 'card-slot' | 'receipt-slot' | 'card-inside' | 'gate';

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
      <svg className="drawing" viewBox="0 0 560 360" role="img" aria-label={title}>
        {name === 'gate' ? <Gate /> : <CardInside />}
      </svg>
    );
  }
  return (
    <svg className="drawing" viewBox={below ? '0 0 560 440' : '0 0 560 360'} role="img" aria-label={title}>
      <g transform={side === 'left' ? 'translate(560 0) scale(-1 1)' : undefined}>
        {below ? <ScreenAbove /> : <ScreenBeside />}
        <g transform={below ? 'translate(170 214)' : 'translate(300 92)'}>{parts[name]}</g>
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

/** A hand that holds a flat thing by its lower edge, `(0, 0)` being the thumb's tip. Outline only. */
function Hand() {
  return (
    <>
      <path
        className="paper"
        d="M-40 34C-46 62 -38 92 -14 112L-14 168H62V108C76 90 80 58 74 26C72 14 58 14 56 26L54 34"
      />
      <path className="paper" d="M-16 168h80v34h-80z" />
      <path className="paper" d="M-40 38C-26 34 -22 20 -16 6C-10 -12 12 -8 9 10C6 26 4 44 8 58" />
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

const parts: Record<'terminal' | 'card-slot' | 'receipt-slot', ReactNode> = {
  terminal,
  'card-slot': cardSlot,
  'receipt-slot': receiptSlot,
};

function CardInside() {
  return (
    <>
      <rect x="90" y="40" width="380" height="280" rx="22" className="paper" />
      <path d="M90 264h380" />
      <circle cx="180" cy="226" r="22" className="paper" />
      <circle cx="280" cy="226" r="22" className="paper" />
      <circle cx="380" cy="226" r="22" className="paper" />
      <rect x="176" y="124" width="168" height="78" rx="10" className="solid" />
      <path className="contact" d="M312 162h.1M326 150c8 8 8 16 0 24" />
      <path className="on-solid" d="M198 178h46" />
      <Arrow from={[362, 162]} to={[436, 162]} />
      <path d="M470 142v42" className="slot" />
    </>
  );
}

function Gate() {
  return (
    <>
      <path d="M60 330h440" />
      <rect x="84" y="120" width="86" height="210" rx="16" className="paper" />
      <rect x="390" y="120" width="86" height="210" rx="16" className="paper" />
      <rect x="100" y="138" width="54" height="44" rx="8" className="spark" />
      <path d="M170 210l46 -60M390 210l-46 -60" className="bar" />
      <path className="arrow" d="M280 306V206M254 232L280 206l26 26" />
      <g transform="translate(38 84) rotate(-8)">
        <rect width="112" height="70" rx="9" className="solid" />
        <path className="on-solid" d="M18 48h36" />
      </g>
    </>
  );
}
