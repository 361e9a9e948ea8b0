import { paymentTerminalContract } from '../payment-terminal-contract.ts';
import { concertOnPty } from './test/concert-on-pty.ts';

const capabilities = {
  canHold: false,
  canQuery: false,
  canAbort: false,
  canPrint: false,
  canRefund: true,
  canReconcile: false,
  tellsOffline: false,
};

paymentTerminalContract('concert v2', capabilities, () => concertOnPty('v2'), {
  tellsWhyNot: false,
  callsFirst: true,
});
