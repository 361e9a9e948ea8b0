import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import {
  bitsAnswer,
  encodeModbus,
  flashOn,
  ModbusParser,
  modbusFunctions,
  readBits,
} from '@portillon/drivers/gate/modbus-board/modbus-rtu.ts';
import { expect, it } from 'vitest';
import { LineLog } from './line-log.ts';

it('sees polls with their answers and the rest after them, and the release at its first byte', async () => {
  const clock = new VirtualClock();
  const startMs = clock.monotonicMs();
  const releases: number[] = [];
  const log = new LineLog({
    clock,
    parser: new ModbusParser('requests'),
    isRelease: ({ functionCode }) => functionCode === modbusFunctions.writeCoil,
    restMs: 0.5,
    onRelease: ({ atMs }) => releases.push(atMs - startMs),
  });
  const poll = encodeModbus(readBits(1, modbusFunctions.readInputs, 0, 8));
  const answer = encodeModbus(bitsAnswer(1, modbusFunctions.readInputs, [true]));
  const release = encodeModbus(flashOn(1, 0, 5_000));

  log.heard(poll);
  await clock.advance(3);
  log.said(answer.subarray(0, 2));
  await clock.advance(1);
  log.said(answer.subarray(2));
  await clock.advance(10);
  log.heard(release.subarray(0, 3));
  await clock.advance(2);
  log.heard(release.subarray(3));
  log.said(release);
  await clock.advance(2);
  log.heard(poll);

  expect(releases).toEqual([14]);
  expect(log.polls.map(({ fromMs, toMs }) => [fromMs - startMs, toMs - startMs])).toEqual([
    [0, 4.5],
    [18, 18],
  ]);
});
