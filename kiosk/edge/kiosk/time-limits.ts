/** How long a screen waits for a person, in seconds: quietly, then counting down to its end. Any touch begins anew. */
export interface TimeLimit {
  readonly quietSeconds: number;
  readonly countdownSeconds: number;
  /** Something would be lost at the end: the countdown is a card over the screen that asks "Still there?". */
  readonly losesSomething: boolean;
}

const question: TimeLimit = { quietSeconds: 60, countdownSeconds: 30, losesSomething: true };
/** Ten times an average answer for what is read; turning a page counts as a touch. */
const reading: TimeLimit = { quietSeconds: 180, countdownSeconds: 30, losesSomething: true };

export const timeLimits = {
  question,
  reading,
  /** A refused payment: another card may have to be found. */
  'not-paid': { quietSeconds: 90, countdownSeconds: 30, losesSomething: true },
  /** SA81: time to take the paper, or to photograph the code and to get the phone out. */
  'showing-ticket': { quietSeconds: 120, countdownSeconds: 30, losesSomething: true },
  /** Time to photograph the note; then no paper, which loses nothing. */
  receipt: { quietSeconds: 30, countdownSeconds: 30, losesSomething: false },
  welcome: { quietSeconds: 0, countdownSeconds: 12, losesSomething: false },
  /** Welcome with guest tickets on the screen: time to photograph them. */
  'welcome-tickets': { quietSeconds: 30, countdownSeconds: 30, losesSomething: false },
  /** Welcome with a pass on offer: the phone has to be found before anything is touched. */
  'welcome-pass': { quietSeconds: 30, countdownSeconds: 30, losesSomething: false },
  /** Two devices in one pair of hands, on one of which nothing is touched: as for what is read. */
  phone: reading,
  trouble: { quietSeconds: 60, countdownSeconds: 30, losesSomething: false },
  /** Hands in an open machine touch no screen; whatever was done is told at the end all the same. */
  repair: { quietSeconds: 600, countdownSeconds: 60, losesSomething: false },
  /** Staff watch the gate rather than the screen; what is on it is of others. */
  'came-in': { quietSeconds: 120, countdownSeconds: 20, losesSomething: false },
  minor: { quietSeconds: 20, countdownSeconds: 20, losesSomething: false },
} as const satisfies Readonly<Record<string, TimeLimit>>;
