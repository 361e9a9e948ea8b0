import { expect, it } from 'vitest';
import { closedGate, type GateInput, type GateStep, nextGate } from './gate-machine.ts';

const ann = { decisionId: 'a', credentialId: 'card-a', singleUse: false, direction: 'entry' } as const;
const bob = { decisionId: 'b', credentialId: 'ticket-b', singleUse: true, direction: 'entry' } as const;
const cid = { decisionId: 'c', credentialId: null, singleUse: false, direction: 'entry' } as const;

function run(...inputs: GateInput[]): GateStep {
  return inputs.reduce<GateStep>((step, input) => nextGate(step.state, input), {
    state: closedGate,
    effects: [],
  });
}

it('gives the passage to the one who was let in, and closes', () => {
  expect(run({ type: 'granted', for: ann }).effects).toEqual([{ type: 'release', for: ann }]);
  expect(run({ type: 'granted', for: ann }, { type: 'sensed', direction: 'entry' })).toEqual({
    state: closedGate,
    effects: [{ type: 'record-passage', direction: 'entry', for: ann }],
  });
});

it('lets one wait and turns the third away', () => {
  const waiting = run({ type: 'granted', for: ann }, { type: 'granted', for: bob });
  expect(waiting.effects).toEqual([]);
  expect(nextGate(waiting.state, { type: 'granted', for: cid }).effects).toEqual([
    { type: 'turn-away', for: cid },
  ]);
  expect(nextGate(waiting.state, { type: 'sensed', direction: 'entry' }).effects).toEqual([
    { type: 'record-passage', direction: 'entry', for: ann },
    { type: 'release', for: bob },
  ]);
});

it('spends nothing when nobody went through', () => {
  expect(run({ type: 'granted', for: bob }, { type: 'pulse-over' })).toEqual({
    state: closedGate,
    effects: [{ type: 'nobody-went', for: bob }],
  });
  expect(run({ type: 'granted', for: bob }, { type: 'release-failed' }).state).toEqual(closedGate);
});

it('records who leaves while another one is let in, without taking the entry from them', () => {
  const left = run({ type: 'granted', for: ann }, { type: 'sensed', direction: 'exit' });
  expect(left.effects).toEqual([{ type: 'record-passage', direction: 'exit', for: null }]);
  expect(left.state).toMatchObject({ name: 'released', for: ann });
});

it('records an entry that nobody was let in for', () => {
  expect(run({ type: 'sensed', direction: 'entry' }).effects).toEqual([
    { type: 'record-passage', direction: 'entry', for: null },
  ]);
});

const dan = { decisionId: 'd', credentialId: 'card-d', singleUse: false, direction: 'exit' } as const;

it('[GT11] lets one person through at a time, from whichever side, and gives nobody the passage of another', () => {
  const leaving = run({ type: 'granted', for: dan }, { type: 'granted', for: ann });
  expect(leaving.effects).toEqual([]);
  const forced = nextGate(leaving.state, { type: 'sensed', direction: 'entry' });
  expect(forced.effects).toEqual([{ type: 'record-passage', direction: 'entry', for: null }]);
  expect(nextGate(forced.state, { type: 'sensed', direction: 'exit' }).effects).toEqual([
    { type: 'record-passage', direction: 'exit', for: dan },
    { type: 'release', for: ann },
  ]);
  expect(nextGate(leaving.state, { type: 'granted', for: bob }).effects).toEqual([
    { type: 'turn-away', for: bob },
  ]);
});
