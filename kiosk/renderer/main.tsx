import { browserClock } from '@portillon/ui/browser-clock.ts';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { BridgeClient } from './bridge-client.ts';
import { wearLook } from './look.ts';
import '@portillon/ui/fonts.css';
import './style/kiosk.css';

const client = new BridgeClient({
  clock: browserClock,
  async fetchToken() {
    const answer = await fetch('/bridge/token', { cache: 'no-store' });
    if (!answer.ok) throw new Error(`the edge answered ${answer.status}`);
    return answer.json();
  },
  openSocket(token, events) {
    const address = new URL(`/bridge?token=${encodeURIComponent(token)}`, window.location.href);
    address.protocol = 'ws:';
    const socket = new WebSocket(address);
    socket.onmessage = (event) => events.onMessage(event.data);
    socket.onclose = () => events.onClose();
    return socket;
  },
});
client.start();
wearLook('cadence', 24);

const root = document.getElementById('root');
if (root === null) throw new Error('the page has a place for the screens');
createRoot(root).render(<App client={client} clock={browserClock} />);
