/**
 * The look of both faces (kiosk screen, staff pages) as data. Colours, sizes and motion are decided here and nowhere
 * else; CSS gets them as variables. Every colour pair that may meet on a screen is listed in `contrastPairs` and
 * computed in the tests: text 7:1, borders and marks 3:1.
 */

export const neutral = {
  'ink-9': '#0E1420',
  'ink-7': '#2F3848',
  'ink-5': '#545D6E',
  edge: '#6B7484',
  line: '#C8CED7',
  paper: '#FFFFFF',
  chalk: '#F3F5F7',
  mist: '#E4E8ED',
  night: '#0B1018',
  'night-2': '#171E2A',
  'night-3': '#242D3B',
  snow: '#F7F9FB',
  ash: '#B4BDCA',
  'focus-ring': '#FFD400',
} as const;

/** `text` stands on `solid`, `tintText` on `tint`; `dark` is the colour of the same state on night surfaces. */
export const status = {
  done: { solid: '#006058', text: '#FFFFFF', tint: '#DFF3EF', tintText: '#00544D', dark: '#7AE7D0' },
  watch: { solid: '#FFB81C', text: '#0E1420', tint: '#FFF3D6', tintText: '#6B4100', dark: '#FFC94D' },
  stop: { solid: '#B0131C', text: '#FFFFFF', tint: '#FDE7E7', tintText: '#8F0E15', dark: '#FF7A70' },
  info: { solid: '#0B4C9E', text: '#FFFFFF', tint: '#E4EEFA', tintText: '#0A4186', dark: '#8DBBFF' },
  offline: { solid: '#4A5362', text: '#FFFFFF', tint: '#E4E8ED', tintText: '#2F3848', dark: '#B4BDCA' },
} as const;
export type StatusName = keyof typeof status;

export interface Brand {
  readonly name: string;
  /** The one primary action, and selection. White text stands on it. */
  readonly solid: string;
  readonly pressed: string;
  readonly tint: string;
  readonly onTint: string;
  /** Large shapes, and text on `deep` or night; never text on paper. */
  readonly spark: string;
  readonly deep: string;
  /** Width axis of the heading face, 96 to 112. */
  readonly headingWidth: number;
  /** Corner of fields, cards and buttons, 2 to 6.5 mm. */
  readonly radiusMm: number;
}

export const brands = {
  cadence: {
    name: 'Cadence',
    solid: '#1D3FCB',
    pressed: '#152F9B',
    tint: '#E9EDFC',
    onTint: '#1A37AE',
    spark: '#CDEB45',
    deep: '#0C1B5E',
    headingWidth: 104,
    radiusMm: 6.5,
  },
  foulee: {
    name: 'Foulée',
    solid: '#2B3442',
    pressed: '#1A212C',
    tint: '#E9ECF1',
    onTint: '#2B3442',
    spark: '#FFB46B',
    deep: '#141A24',
    headingWidth: 98,
    radiusMm: 3,
  },
  elan: {
    name: 'Élan',
    solid: '#7A1E63',
    pressed: '#5E174C',
    tint: '#F8E8F4',
    onTint: '#6C1A58',
    spark: '#8FDCFF',
    deep: '#3D0E31',
    headingWidth: 110,
    radiusMm: 5,
  },
} as const satisfies Record<string, Brand>;
export type BrandName = keyof typeof brands;

export const fontFamily = {
  read: "'Atkinson Hyperlegible Next Variable', sans-serif",
  head: "'Archivo Variable', sans-serif",
} as const;

/** Height of a capital as a share of the font size, measured from the font files. */
const capitalShare = { read: 0.668, head: 0.686 } as const;

/** Kiosk type by height of the capital in mm; nothing is ever smaller than `small`. */
export const kioskType = {
  display: { face: 'head', capitalMm: 16, lineHeight: 1.0 },
  question: { face: 'head', capitalMm: 11.1, lineHeight: 1.12 },
  price: { face: 'head', capitalMm: 9.4, lineHeight: 1.0 },
  choice: { face: 'read', capitalMm: 7.8, lineHeight: 1.2 },
  button: { face: 'read', capitalMm: 7.4, lineHeight: 1.1 },
  body: { face: 'read', capitalMm: 5.9, lineHeight: 1.4 },
  small: { face: 'read', capitalMm: 5.2, lineHeight: 1.35 },
} as const;
export type KioskTypeRole = keyof typeof kioskType;

/** Font size in mm that gives the role's capital height. */
export function fontSizeMm(role: KioskTypeRole): number {
  const { face, capitalMm } = kioskType[role];
  return capitalMm / capitalShare[face];
}

/** Console sizes in px (staff pages on a desktop); the floor is `table`. */
export const consoleType = { display: 32, title: 24, heading: 18, body: 16, table: 14 } as const;

export const spaceMm = [2, 4, 6, 8, 12, 16, 24] as const;
export const consoleSpacePx = [4, 8, 12, 16, 24, 32, 48] as const;

export const touch = {
  /** Smallest side of anything a finger may press. */
  leastTargetMm: 20,
  primaryTargetMm: 25,
  leastGapMm: 4,
  pageMarginMm: 18,
  /** Bottom edge of the screen above the floor, and the highest place a seated person reaches (EN 301 549 V4, 8.3). */
  screenBottomAboveFloorMm: 820,
  highestReachMm: 1100,
} as const;

export const motionMs = {
  press: 80,
  quick: 160,
  step: 260,
  reducedStep: 120,
  gate: 480,
  wait: 1600,
} as const;

export interface ScreenGeometry {
  readonly widthMm: number;
  readonly heightMm: number;
  /** Device pixels per millimetre of a 1080 × 1920 panel. */
  readonly pxPerMm: number;
  /** Height of the touch band, counted from the bottom edge of the screen. */
  readonly touchBandMm: number;
}

const panelPx = { width: 1080, height: 1920 } as const;

/** A portrait 9:16 panel of the given diagonal. */
export function screenGeometry(diagonalInches: number): ScreenGeometry {
  const pxPerMm = Math.hypot(panelPx.width, panelPx.height) / (diagonalInches * 25.4);
  return {
    widthMm: panelPx.width / pxPerMm,
    heightMm: panelPx.height / pxPerMm,
    pxPerMm,
    touchBandMm: touch.highestReachMm - touch.screenBottomAboveFloorMm,
  };
}

/** Colours and faces, the same on both faces of the product. */
export function lookVariables(brandName: BrandName): Record<string, string> {
  const brand = brands[brandName];
  const variables: Record<string, string> = {
    '--font-read': fontFamily.read,
    '--font-head': fontFamily.head,
    '--head-width': `${brand.headingWidth}%`,
    '--brand-solid': brand.solid,
    '--brand-pressed': brand.pressed,
    '--brand-tint': brand.tint,
    '--brand-on-tint': brand.onTint,
    '--brand-spark': brand.spark,
    '--brand-deep': brand.deep,
  };
  for (const [name, hex] of Object.entries(neutral)) variables[`--${name}`] = hex;
  for (const [name, colours] of Object.entries(status)) {
    variables[`--${name}`] = colours.solid;
    variables[`--${name}-text`] = colours.text;
    variables[`--${name}-tint`] = colours.tint;
    variables[`--${name}-tint-text`] = colours.tintText;
    variables[`--${name}-dark`] = colours.dark;
  }
  for (const [name, ms] of Object.entries(motionMs)) variables[`--motion-${name}`] = `${ms}ms`;
  return variables;
}

/**
 * Sizes of the kiosk screen. `--mm` is one millimetre of the real panel: on a 1080 × 1920 screen it equals
 * `pxPerMm`; in a smaller window (a browser on a desk) the whole picture shrinks and keeps its proportions.
 */
export function kioskVariables(brandName: BrandName, diagonalInches: number): Record<string, string> {
  const geometry = screenGeometry(diagonalInches);
  const variables: Record<string, string> = {
    '--stage-width': 'min(100vw, 56.25vh)',
    '--mm': `calc(min(100vw, 56.25vh) / ${geometry.widthMm.toFixed(3)})`,
    '--band': `calc(var(--mm) * ${geometry.touchBandMm})`,
    '--target': `calc(var(--mm) * ${touch.leastTargetMm})`,
    '--target-primary': `calc(var(--mm) * ${touch.primaryTargetMm})`,
    '--margin': `calc(var(--mm) * ${touch.pageMarginMm})`,
    '--radius': `calc(var(--mm) * ${brands[brandName].radiusMm})`,
  };
  for (const role of Object.keys(kioskType) as KioskTypeRole[]) {
    variables[`--size-${role}`] = `calc(var(--mm) * ${fontSizeMm(role).toFixed(3)})`;
    variables[`--leading-${role}`] = String(kioskType[role].lineHeight);
  }
  for (const step of spaceMm) variables[`--space-${step}`] = `calc(var(--mm) * ${step})`;
  return variables;
}

/** `:root { … }`, for a page that wants the variables as a style sheet. */
export function cssText(variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => `  ${name}: ${value};`);
  return `:root {\n${lines.join('\n')}\n}\n`;
}

export interface ContrastPair {
  readonly where: string;
  readonly front: string;
  readonly back: string;
  /** 7 for text, 3 for borders and marks, 4.5 for text declared large. */
  readonly least: number;
}

/** Every pair of colours that may meet on a screen. */
export function contrastPairs(): ContrastPair[] {
  const pairs: ContrastPair[] = [];
  const text = (where: string, front: string, back: string) => pairs.push({ where, front, back, least: 7 });
  const mark = (where: string, front: string, back: string) => pairs.push({ where, front, back, least: 3 });
  const large = (where: string, front: string, back: string) =>
    pairs.push({ where, front, back, least: 4.5 });

  for (const surface of ['paper', 'chalk', 'mist'] as const) {
    text(`ink-9 on ${surface}`, neutral['ink-9'], neutral[surface]);
    text(`ink-7 on ${surface}`, neutral['ink-7'], neutral[surface]);
    large(`ink-5 on ${surface} (hints, never kiosk body)`, neutral['ink-5'], neutral[surface]);
    mark(`edge on ${surface}`, neutral.edge, neutral[surface]);
  }
  for (const surface of ['night', 'night-2', 'night-3'] as const) {
    text(`snow on ${surface}`, neutral.snow, neutral[surface]);
    text(`ash on ${surface}`, neutral.ash, neutral[surface]);
    mark(`focus ring on ${surface}`, neutral['focus-ring'], neutral[surface]);
  }
  mark('focus ring against its outer ring', neutral['focus-ring'], neutral['ink-9']);
  for (const surface of ['paper', 'chalk', 'mist'] as const) {
    mark(`outer focus ring on ${surface}`, neutral['ink-9'], neutral[surface]);
  }
  for (const [name, colours] of Object.entries(status)) {
    text(`${name}: text on solid`, colours.text, colours.solid);
    text(`${name}: text on tint`, colours.tintText, colours.tint);
    text(`${name}: on night`, colours.dark, neutral.night);
    if (name === 'stop') {
      large('stop: on night-2, from 24 px', colours.dark, neutral['night-2']);
      large('stop: on night-3, from 24 px', colours.dark, neutral['night-3']);
    } else {
      text(`${name}: on night-2`, colours.dark, neutral['night-2']);
      text(`${name}: on night-3`, colours.dark, neutral['night-3']);
    }
  }
  for (const brand of Object.values(brands)) {
    text(`${brand.name}: white on solid`, neutral.paper, brand.solid);
    text(`${brand.name}: white on pressed`, neutral.paper, brand.pressed);
    text(`${brand.name}: on-tint on tint`, brand.onTint, brand.tint);
    text(`${brand.name}: ink-9 on tint`, neutral['ink-9'], brand.tint);
    text(`${brand.name}: ink-7 on tint`, neutral['ink-7'], brand.tint);
    text(`${brand.name}: ink-9 on spark`, neutral['ink-9'], brand.spark);
    text(`${brand.name}: white on deep`, neutral.paper, brand.deep);
    text(`${brand.name}: spark on deep`, brand.spark, brand.deep);
    mark(`${brand.name}: selected border on tint`, brand.solid, brand.tint);
    mark(`${brand.name}: solid on chalk`, brand.solid, neutral.chalk);
    mark(`${brand.name}: focus ring on solid`, neutral['focus-ring'], brand.solid);
    mark(`${brand.name}: focus ring on deep`, neutral['focus-ring'], brand.deep);
  }
  return pairs;
}
