import { silentLog } from '@portillon/core/base/log.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import { ModbusGate } from './modbus-gate.ts';
import {
  bitsAnswer,
  encodeModbus,
  exceptionAnswer,
  flashOn,
  type ModbusFrame,
  ModbusParser,
  modbusFunctions,
  writeCoil,
} from './modbus-rtu.ts';

/** A board that answers what the test says: answers to other questions, and codes that nobody knows. */
let clock: VirtualClock;
let transport: MemoryTransport;
let gate: ModbusGate;
let asked: ModbusFrame[];
/** What the board says to a question; nothing means that it is silent. */
let says: (question: ModbusFrame) => readonly ModbusFrame[];

const off = new Array<boolean>(8).fill(false);
const pulseMs = 1_500;
const pulse = flashOn(1, 0, pulseMs);
const isPulse = ({ functionCode }: ModbusFrame) => functionCode === modbusFunctions.writeCoil;
const truly = (question: ModbusFrame): readonly ModbusFrame[] =>
  isPulse(question) ? [question] : [bitsAnswer(1, question.functionCode as 1 | 2, off)];

beforeEach(async () => {
  clock = new VirtualClock();
  transport = new MemoryTransport();
  asked = [];
  says = truly;
  const parser = new ModbusParser('requests');
  transport.onDriverBytes((bytes) => {
    for (const question of parser.push(bytes).frames) {
      asked.push(question);
      for (const answer of says(question)) transport.writeToDriver(encodeModbus(answer));
    }
  });
  gate = new ModbusGate({ transport, clock, log: silentLog, pulseMs });
  gate.start();
  await clock.advance(100);
  expect(gate.state).toEqual({ status: 'ready' });
});

afterEach(async () => {
  const stopped = gate.stop();
  await clock.advance(10_000);
  await stopped;
});

async function released(): Promise<unknown> {
  asked = [];
  const result = gate.release('entry');
  await clock.advance(3_000);
  return result;
}

describe('an order to open', () => {
  it.each([
    ['of another board', flashOn(2, 0, pulseMs)],
    ['of another relay', flashOn(1, 1, pulseMs)],
    ['for another time', flashOn(1, 0, pulseMs + 100)],
    ['that switches for good', writeCoil(1, 0, 0xff00)],
    ['to the poll before', bitsAnswer(1, modbusFunctions.readInputs, off)],
    ['to a question about relays', bitsAnswer(1, modbusFunctions.readCoils, off)],
    ['that refuses something else', exceptionAnswer(1, modbusFunctions.readInputs, 2)],
  ])('is not carried out by an answer %s, and is by the right one behind it', async (_what, wrong) => {
    says = (question) => (isPulse(question) ? [wrong] : truly(question));
    expect(await released()).toMatchObject({ ok: false });
    says = (question) => (isPulse(question) ? [wrong, question] : truly(question));
    await clock.advance(5_000);
    expect(await released()).toMatchObject({ ok: true });
    expect(asked.filter(isPulse)).toEqual([pulse]);
  });

  it.each([
    [2, 'illegal data address'],
    [0x63, 'unknown'],
  ])('is refused by exception %i, %s, and goes out once', async (exception, words) => {
    says = (question) =>
      isPulse(question) ? [exceptionAnswer(1, question.functionCode, exception)] : truly(question);
    expect(await released()).toMatchObject({
      ok: false,
      error: { code: 'gate.refused', detail: expect.stringContaining(words) },
    });
    expect(asked.filter(isPulse)).toHaveLength(1);
  });
});

describe('a poll', () => {
  it.each([
    ['of another board', [bitsAnswer(2, modbusFunctions.readInputs, off)]],
    ['about relays', [bitsAnswer(1, modbusFunctions.readCoils, off)]],
    ['to an order', [flashOn(1, 0, 700)]],
    ['of two bytes', [bitsAnswer(1, modbusFunctions.readInputs, [...off, ...off])]],
    ['of no byte', [bitsAnswer(1, modbusFunctions.readInputs, [])]],
    ['that does not come', []],
  ])(
    'with an answer %s says nothing: after three the board is away, and well again with a right one',
    async (_what, wrong) => {
      const passages: unknown[] = [];
      gate.onPassage((passage) => passages.push(passage));
      says = () => wrong;
      await clock.advance(2_000);
      expect(gate.state).toMatchObject({ status: 'disconnected' });
      expect(passages).toEqual([]);
      says = truly;
      await clock.advance(2_000);
      expect(gate.state).toEqual({ status: 'ready' });
    },
  );
});
