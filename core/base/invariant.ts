/** A promise of the program to itself was broken: a bug. The process stops and restarts in a designed safe state. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new BrokenInvariant(what);
}

/** The end of a `switch` over a union: adding a case without handling it no longer compiles. */
export function unreachable(value: never): never {
  throw new BrokenInvariant(`unreachable value ${JSON.stringify(value)}`);
}
