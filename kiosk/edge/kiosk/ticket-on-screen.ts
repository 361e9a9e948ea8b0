/** SA80: waits while a member's ticket is on the screen. One at a time. */
export class TicketOnScreen {
  #answer: ((answer: 'taken' | 'not-taken') => void) | null = null;

  /** Resolves once the holder says that they have it, or nobody answers any more; without a limit of its own. */
  shown(): Promise<'taken' | 'not-taken'> {
    this.leave();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  /** False when no ticket is shown. */
  take(): boolean {
    return this.#tell('taken');
  }

  leave(): boolean {
    return this.#tell('not-taken');
  }

  #tell(what: 'taken' | 'not-taken'): boolean {
    const answer = this.#answer;
    this.#answer = null;
    answer?.(what);
    return answer !== null;
  }
}
