/** Stores of the base that answer for themselves; every box answers for its own (core/wire/SPEC.md, Erasure). */
export const baseStores = ['tables', 'words', 'documents', 'keys', 'feed', 'logs'] as const;
export type BaseStore = (typeof baseStores)[number];

export const answerStates = [
  'outstanding',
  'done',
  'nothing-found',
  'deferred',
  'failed',
  'settled-by-hand',
] as const;
export type AnswerState = (typeof answerStates)[number];

export interface StoreAnswer {
  readonly state: AnswerState;
  readonly askedAt: string;
  readonly toldAt: string;
}

const hourMs = 3_600_000;
/** A box that has not answered by then is overdue; the law gives a month in all (GDPR, art. 12(3)). */
export const answerDueMs = 72 * hourMs;
/** What is overdue is told again so often. */
export const tellAgainMs = 24 * hourMs;

/** PV40: an answer that ends the waiting. */
export function isSettled(state: AnswerState): boolean {
  return state === 'done' || state === 'nothing-found' || state === 'settled-by-hand';
}

/** PV41. */
export function isOverdue({ state, askedAt }: StoreAnswer, nowMs: number): boolean {
  return !isSettled(state) && nowMs - Date.parse(askedAt) >= answerDueMs;
}

/** PV41: overdue, and not told again of late. */
export function isToBeToldAgain(answer: StoreAnswer, nowMs: number): boolean {
  return isOverdue(answer, nowMs) && nowMs - Date.parse(answer.toldAt) >= tellAgainMs;
}

export type OrderProgress = 'done' | 'overdue' | 'under-way';

/** PV40, I12: done only when every store has answered. */
export function progressOf(answers: readonly StoreAnswer[], nowMs: number): OrderProgress {
  if (answers.length > 0 && answers.every(({ state }) => isSettled(state))) return 'done';
  return answers.some((answer) => isOverdue(answer, nowMs)) ? 'overdue' : 'under-way';
}
