/**
 * A gate is held open by an order that the board itself ends, given again and again: a dead program never leaves one open
 * for longer than this (GT3).
 */
export const holdMs = 10_000;
export const renewHoldMs = 2_000;
/** A standing that the board did not confirm is told to it again after so long. */
export const tellAgainMs = 1_000;
