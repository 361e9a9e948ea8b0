import { useCallback, useMemo, useState } from 'react';
import type { WorldActName, WorldActs } from '../club-view.ts';
import { PanelClient } from '../panel-client.ts';

export interface Acts {
  /** What a person does to one device. */
  readonly act: (device: string, action: string, args?: Readonly<Record<string, unknown>>) => void;
  /** What a person does across devices. */
  readonly world: <Name extends WorldActName>(name: Name, args: WorldActs[Name]['args']) => void;
  /** The last thing that was not possible, in the club's words. */
  readonly complaint: string | null;
  readonly forget: () => void;
  readonly client: PanelClient;
}

/** Sends what the person does and keeps the answer when it was no. */
export function useActs(): Acts {
  const client = useMemo(() => new PanelClient(''), []);
  const [complaint, setComplaint] = useState<string | null>(null);
  const told = useCallback((work: Promise<unknown>) => {
    setComplaint(null);
    work.catch((error: Error) => setComplaint(error.message));
  }, []);
  return {
    client,
    complaint,
    forget: () => setComplaint(null),
    act: (device, action, args) => told(client.act(device, action, args)),
    world: (name, args) => told(client.world(name, args)),
  };
}
