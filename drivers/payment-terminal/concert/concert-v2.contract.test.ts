import { counterTerminalCapabilities } from '../counter-terminal-rig.ts';
import { paymentTerminalContract } from '../payment-terminal-contract.ts';
import { concertOnPty } from './test/concert-on-pty.ts';

paymentTerminalContract(
  'concert v2',
  { ...counterTerminalCapabilities, canQuery: false },
  () => concertOnPty('v2'),
  {
    tellsWhyNot: false,
    callsFirst: true,
  },
);
