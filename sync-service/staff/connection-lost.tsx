import { timeOfDay, type Words } from './words.ts';

/** Said while the stream is cut: the page goes on showing what it last knew. */
export function ConnectionLost({ since, text }: { since: string; text: Words }) {
  return (
    <p className="lost" role="status">
      {text.connectionLost(timeOfDay(since, undefined))}
    </p>
  );
}
