import { useCallback, useMemo, useState } from 'react';
import type { WorldActName, WorldActs } from '../club-view.ts';
import { PanelClient } from '../panel-client.ts';

/** What the club said to the last act. */
interface Words {
  readonly text: string;
  readonly no: boolean;
}

export interface Acts {
  readonly client: PanelClient;
  /** What a person does to one device. */
  readonly act: (device: string, action: string, args?: Readonly<Record<string, unknown>>) => void;
  /** What a person does across devices. */
  readonly world: <Name extends WorldActName>(name: Name, args: WorldActs[Name]['args']) => void;
  /** What was not possible, or did not come to what one hopes for; null when all went well. */
  readonly words: Words | null;
  readonly forget: () => void;
}

/** Sends what the person does, and keeps what the club said when it was no. */
export function useActs(): Acts {
  const client = useMemo(() => new PanelClient(''), []);
  const [words, setWords] = useState<Words | null>(null);
  const listen = useCallback((work: Promise<unknown>) => {
    setWords(null);
    work.then(
      (answer) => setWords(disappointment(answer)),
      (error: Error) => setWords({ text: error.message, no: true }),
    );
  }, []);
  return {
    client,
    words,
    forget: () => setWords(null),
    act: (device, action, args) => listen(client.act(device, action, args)),
    world: (name, args) => listen(client.world(name, args)),
  };
}

/** An act that worked and still came to nothing says so: an arm that did not give way. */
function disappointment(answer: unknown): Words | null {
  if (typeof answer !== 'object' || answer === null || !('passed' in answer)) return null;
  const { passed, words } = answer as { passed: boolean; words?: string };
  return passed || !words ? null : { text: words, no: false };
}
