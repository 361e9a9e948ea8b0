import { systemClock } from '@portillon/core/base/system-clock.ts';
import { CaisseApSim } from '@portillon/hardware-sims/payment-terminal/caisse-ap/caisse-ap-sim.ts';
import { transportFor } from '../../transport/address.ts';
import { counterTerminalCapabilities, counterTerminalRig } from '../counter-terminal-rig.ts';
import { paymentTerminalContract } from '../payment-terminal-contract.ts';
import { CaisseApTerminal } from './caisse-ap-terminal.ts';

paymentTerminalContract('caisse-ap', counterTerminalCapabilities, async () => {
  const sim = new CaisseApSim({ name: 'terminal', clock: systemClock, inputLimitMs: 1_000, bankMs: 30 });
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  return counterTerminalRig(
    sim,
    (log) =>
      new CaisseApTerminal({
        transport: transport.value,
        clock: systemClock,
        log,
        answerLimitMs: 2_000,
        promptLimitMs: 1_000,
        quietMs: 60,
        pingEveryMs: 50,
        refusedRetryMs: 200,
      }),
  );
});
