import { useEffect, useState } from 'react';
import { type LiveView, liveViewSchema } from '../http/staff/live-view.ts';

export interface Live {
  /** The newest view; null before the first. */
  readonly view: LiveView | null;
  /** False while the stream is cut; the browser tries again by itself. */
  readonly connected: boolean;
}

/** The live stream as it comes. `onRefused` is called when the base no longer knows the session. */
export function useLiveView(onRefused: () => void): Live {
  const [live, setLive] = useState<Live>({ view: null, connected: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: one stream for the life of the page
  useEffect(() => {
    const stream = new EventSource('live');
    stream.onmessage = ({ data }) => {
      setLive({ view: liveViewSchema.parse(JSON.parse(String(data))), connected: true });
    };
    stream.onerror = () => {
      setLive(({ view }) => ({ view, connected: false }));
      // A browser does not try again after a refusal.
      if (stream.readyState === EventSource.CLOSED) onRefused();
    };
    return () => stream.close();
  }, []);
  return live;
}
