import { counterTerminalCapabilities } from '../counter-terminal-rig.ts';
import { paymentTerminalContract } from '../payment-terminal-contract.ts';
import { concertOnPty } from './test/concert-on-pty.ts';

paymentTerminalContract('concert v3', counterTerminalCapabilities, () => concertOnPty('v3'), {
  callsFirst: true,
});
