import { paymentTerminalContract } from '../payment-terminal-contract.ts';
import { concertOnPty } from './test/concert-on-pty.ts';

const capabilities = {
  canHold: false,
  canQuery: true,
  canAbort: false,
  canPrint: false,
  canRefund: true,
  canReconcile: false,
  tellsOffline: false,
};

paymentTerminalContract('concert v3', capabilities, () => concertOnPty('v3'), { callsFirst: true });
