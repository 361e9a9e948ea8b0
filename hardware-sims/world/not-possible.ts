/** A person asked for something that the club cannot do now. The message is the sentence that the person reads. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
  /** `unknown`: there is no such thing. `now`: the thing is there, but not in a state for this. */
  readonly why: 'unknown' | 'now';

  constructor(why: 'unknown' | 'now', sentence: string) {
    super(sentence);
    this.why = why;
  }
}
