import type { Clock } from '@portillon/ui/browser-clock.ts';
import { useCallback, useSyncExternalStore } from 'react';
import type { ScreenMessage } from '../bridge/messages.ts';
import type { BridgeClient } from './bridge-client.ts';
import { KioskPage } from './kiosk-page.tsx';

/** Joins the line to the edge and the page. */
export function App({ client, clock }: { client: BridgeClient; clock: Clock }) {
  const view = useSyncExternalStore(client.subscribe, client.view);
  const send = useCallback((message: ScreenMessage) => client.send(message), [client]);
  return <KioskPage view={view} clock={clock} send={send} />;
}
