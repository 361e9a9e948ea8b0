import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paymentTerminalContract } from '../payment-terminal-contract.ts';
import { startZvtRig, zvtCapabilities } from './test/zvt-rig.ts';

paymentTerminalContract('zvt over a serial line', zvtCapabilities, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portillon zvt '));
  const rig = await startZvtRig({ kind: 'serial', path: join(folder, 'terminal'), ackLimitMs: 200 });
  return {
    ...rig,
    close: async () => {
      await rig.close();
      rmSync(folder, { recursive: true });
    },
  };
});
