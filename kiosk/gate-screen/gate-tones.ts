import type { SignSound } from './sign-look.ts';

interface Note {
  readonly atMs: number;
  readonly forMs: number;
  readonly hertz: number;
}

/** Told apart by their rhythm as much as by their pitch, each within half a second (GS12). */
export const tones: Readonly<Record<NonNullable<SignSound>, readonly Note[]>> = {
  /** Short, long, rising. */
  yes: [
    { atMs: 0, forMs: 90, hertz: 660 },
    { atMs: 110, forMs: 220, hertz: 990 },
  ],
  /** Three alike, low. */
  no: [
    { atMs: 0, forMs: 90, hertz: 233 },
    { atMs: 150, forMs: 90, hertz: 233 },
    { atMs: 300, forMs: 140, hertz: 233 },
  ],
  /** One. */
  attention: [{ atMs: 0, forMs: 180, hertz: 440 }],
};

const loudness = 0.25;
const edgeSeconds = 0.008;

/**
 * The tones of the screen, made as they are played: no file is fetched. A browser that wants a touch first stays silent until
 * then; the words say everything that the tones do. Made when the page opens: a browser takes long for its first context.
 */
export class GateTones {
  readonly #context: AudioContext;

  constructor(context: AudioContext) {
    this.#context = context;
  }

  play(sound: NonNullable<SignSound>): void {
    const context = this.#context;
    // Never settles before that first touch: a tone of long ago is not to be heard then.
    if (context.state !== 'running') {
      void context.resume();
      return;
    }
    for (const { atMs, forMs, hertz } of tones[sound]) {
      const from = context.currentTime + atMs / 1_000;
      const to = from + forMs / 1_000;
      const volume = new GainNode(context, { gain: 0 });
      volume.connect(context.destination);
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(loudness, from + edgeSeconds);
      volume.gain.setValueAtTime(loudness, to - edgeSeconds);
      volume.gain.linearRampToValueAtTime(0, to);
      const note = new OscillatorNode(context, { frequency: hertz, type: 'triangle' });
      note.connect(volume);
      note.start(from);
      note.stop(to);
    }
  }
}
