import { fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import type { PcscCard, PcscEvent, PcscReaderName } from '../../transport/pcsc/pcsc-port.ts';
import { PcscCardReader } from './pcsc-card-reader.ts';

const readerName = { name: 'reader', socketPath: '' } as PcscReaderName;

/** A reader whose service tells what the test says. */
function reader() {
  let tell: (event: PcscEvent) => void = () => undefined;
  const warnings: string[] = [];
  const log: Log = { ...silentLog, child: () => log, warn: (event) => warnings.push(event) };
  const device = new PcscCardReader({
    pcsc: {
      follow: (_name, onEvent) => {
        tell = onEvent;
        return async () => undefined;
      },
    },
    readerName,
    clock: new VirtualClock(),
    log,
  });
  const announced: string[] = [];
  device.onCard(({ uid }) => announced.push(hexOf(uid)));
  device.start();
  tell({ type: 'ready' });
  return {
    announced,
    warnings,
    state: () => device.state,
    /** Lays a card that answers every command with these bytes, or not at all. */
    lay: async (answer: string | null) => {
      const card: PcscCard = {
        atr: new Uint8Array(0),
        transmit: async () =>
          answer === null ? err(fault('card.gone', 'moved away')) : ok(bytesOfHex(answer)),
      };
      tell({ type: 'card', card });
      await Promise.resolve();
      await Promise.resolve();
      tell({ type: 'card-gone', card });
    },
  };
}

it.each([
  ['nothing', ''],
  ['one byte', '90'],
  ['a status word and no number', '9000'],
  ['a number without a status word', '04A1B2C3D4E5F6'],
  ['a number cut short', '04A1B29000'],
  ['a number of five bytes', '04A1B2C3D49000'],
  ['a number of eleven bytes', '04A1B2C3D4E5F60102030490 00'],
  ['a number with another status', '04A1B2C3D4E5F66300'],
  ['that it does not know the question', '6A81'],
  ['much too much', 'AB'.repeat(4_096)],
  ['not at all', null],
])('announces no card that answers %s, and announces the next one', async (_what, answer) => {
  const { lay, announced, warnings, state } = reader();
  await lay(answer);
  expect(announced).toEqual([]);
  expect(warnings).toHaveLength(1);
  await lay('04A1B2C3D4E5F69000');
  expect(announced).toEqual(['04A1B2C3D4E5F6']);
  expect(state()).toEqual({ status: 'ready' });
});
