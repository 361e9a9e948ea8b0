/** How long a screen waits for a person, in seconds: then a warning of 30 s that any touch ends; null waits for ever. */
export interface TimeLimit {
  readonly quietSeconds: number;
  readonly warningSeconds: number;
}

const question: TimeLimit = { quietSeconds: 60, warningSeconds: 30 };
/** Ten times an average answer for what is read; turning a page counts as a touch. */
const reading: TimeLimit = { quietSeconds: 180, warningSeconds: 30 };

export const timeLimits = {
  question,
  reading,
  /** A refused payment: another card may have to be found. */
  'not-paid': { quietSeconds: 90, warningSeconds: 30 },
  /** Then no paper, which loses nothing. */
  receipt: { quietSeconds: 10, warningSeconds: 10 },
  welcome: { quietSeconds: 0, warningSeconds: 12 },
  /** Welcome with guest tickets on the screen: time to photograph them. */
  'welcome-tickets': { quietSeconds: 30, warningSeconds: 30 },
  trouble: { quietSeconds: 60, warningSeconds: 30 },
  minor: { quietSeconds: 20, warningSeconds: 20 },
} as const satisfies Readonly<Record<string, TimeLimit>>;
