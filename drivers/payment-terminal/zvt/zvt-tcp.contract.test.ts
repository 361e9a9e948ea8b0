import { paymentTerminalContract } from '../payment-terminal-contract.ts';
import { startZvtRig, zvtCapabilities } from './test/zvt-rig.ts';

paymentTerminalContract('zvt over tcp', zvtCapabilities, () => startZvtRig({ kind: 'tcp' }));
