import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceBecomes, hasFault, isReady } from '../device-becomes.ts';
import type { Gate, GateAlarm, SensedPassage } from './gate.ts';

/** A gate with a person in front of it. */
export interface GateRig {
  /**
   * Not started. The pulse of its release is 1.5 s, an input is stuck after 1.5 s, a door held open after 0.7 s. Outputs: 0
   * releases the entry, 1 holds it open, 2 releases the exit.
   */
  readonly gate: Gate;
  /** Pushes the arm; tells whether it gave way. */
  push(direction: 'entry' | 'exit'): Promise<boolean>;
  setFault(name: GateFault, on: boolean): Promise<void>;
  isReleased(): boolean;
  /** Resolves when the entry is locked again. */
  locksAgain(): Promise<void>;
  /** Resolves when the arm stands still. */
  armRests(): Promise<void>;
  /** The door beside it, and the alarm of the fire panel. */
  door(open: boolean): Promise<void>;
  fire(on: boolean): Promise<void>;
  /** Turns the arm by force, as somebody does who breaks in. */
  force(): Promise<void>;
  /** Orders to release that reached the board. */
  releasesReceived(): number;
  /** What reached the board of orders to that output, in words: `pulse … for 10000 ms`, `switch … off`. */
  ordersTo(output: number): readonly string[];
  /** The contact of free passage is closed. */
  isHeldOpen(): boolean;
  /** Resolves when it is, or is not. */
  holds(open: boolean): Promise<void>;
  /** The board loses its power for a moment, and all its outputs. */
  powerCycle(): Promise<void>;
  close(): Promise<void>;
}

export type GateFault =
  | 'cable-pulled'
  | 'silent'
  | 'garbled'
  | 'wrong-crc'
  | 'exception'
  | 'stuck-input'
  | 'unasked'
  | 'lost-order'
  | 'lost-answer';

/** What every gate promises, run on driver and device over their real transport. */
export function gateContract(model: string, makeRig: () => Promise<GateRig>): void {
  describe(`gate ${model}`, () => {
    let rig: GateRig;

    beforeEach(async () => {
      rig = await makeRig();
      rig.gate.start();
      await deviceBecomes(rig.gate, isReady);
    });
    afterEach(() => rig.close());

    function nextPassage(): Promise<SensedPassage> {
      return new Promise((resolve) => {
        const stop = rig.gate.onPassage((passage) => {
          stop();
          resolve(passage);
        });
      });
    }

    it('[GT1] [I6] does not give way until it is released, lets one person in, and senses the passage', async () => {
      expect(await rig.push('entry')).toBe(false);
      const released = await rig.gate.release();
      expect(released.ok).toBe(true);
      const passage = nextPassage();
      expect(await rig.push('entry')).toBe(true);
      expect(await rig.push('entry')).toBe(false);
      const sensed = await passage;
      expect(sensed.direction).toBe('entry');
      expect(released.ok && sensed.sensedMonotonicMs >= released.value.releasedMonotonicMs).toBe(true);
      expect(rig.releasesReceived()).toBe(1);
    });

    it('[I9] always lets people out, and senses it', async () => {
      const passage = nextPassage();
      expect(await rig.push('exit')).toBe(true);
      expect((await passage).direction).toBe('exit');
    });

    it('counts each person once', async () => {
      const directions: string[] = [];
      rig.gate.onPassage((passage) => directions.push(passage.direction));
      const walked = ['entry', 'exit', 'entry'] as const;
      for (const direction of walked) {
        if (direction === 'entry') expect(await rig.gate.release()).toMatchObject({ ok: true });
        const passage = nextPassage();
        expect(await rig.push(direction)).toBe(true);
        await passage;
        await rig.armRests();
      }
      expect(directions).toEqual(walked);
    });

    it('reports an entry that nobody was let in for, and no other', async () => {
      const alarms: GateAlarm['kind'][] = [];
      rig.gate.onAlarm(({ kind }) => alarms.push(kind));
      await rig.gate.release();
      const walked = nextPassage();
      await rig.push('entry');
      await walked;
      await rig.armRests();
      const left = nextPassage();
      await rig.push('exit');
      await left;
      await rig.armRests();
      expect(alarms).toEqual([]);
      const forced = nextPassage();
      await rig.force();
      await forced;
      expect(alarms).toEqual(['forced']);
    });

    it('[GT18] calls nobody forced who was let in before the program ended, once and for so long', async () => {
      const alarms: GateAlarm['kind'][] = [];
      rig.gate.onAlarm(({ kind }) => alarms.push(kind));
      rig.gate.stillReleased(30_000);
      for (const seen of [[], ['forced']]) {
        const walked = nextPassage();
        await rig.force();
        await walked;
        await rig.armRests();
        expect(alarms).toEqual(seen);
      }
    });

    it('reports a door that is held open, as it begins and ends, and goes on releasing', async () => {
      const alarms: GateAlarm[] = [];
      rig.gate.onAlarm((alarm) => alarms.push(alarm));
      await rig.door(true);
      await deviceBecomes(rig.gate, hasFault('gate.held-open'));
      expect((await rig.gate.release()).ok).toBe(true);
      await rig.door(false);
      await deviceBecomes(rig.gate, isReady);
      expect(alarms).toMatchObject([
        { kind: 'held-open', on: true },
        { kind: 'held-open', on: false },
      ]);
    });

    it('[I9] reports a fire and calls nobody forced who walks during it', async () => {
      const alarms: GateAlarm[] = [];
      rig.gate.onAlarm((alarm) => alarms.push(alarm));
      await rig.fire(true);
      await deviceBecomes(rig.gate, hasFault('gate.fire'));
      const walked = nextPassage();
      await rig.force();
      await walked;
      await rig.fire(false);
      await deviceBecomes(rig.gate, isReady);
      expect(alarms).toMatchObject([
        { kind: 'fire', on: true },
        { kind: 'fire', on: false },
      ]);
    });

    it('[GT2] [I9] releases an exit that has something to release, and lets people out whatever it says', async () => {
      expect(await rig.gate.release('exit')).toMatchObject({ ok: true });
      expect(rig.ordersTo(2)).toHaveLength(1);
      expect(rig.releasesReceived()).toBe(0);
      expect(rig.isReleased()).toBe(false);
      await rig.setFault('silent', true);
      expect(await rig.push('exit')).toBe(true);
    });

    it('[GT3] [GT8] holds the entry open for everybody until it is normal again, by orders that end by themselves', async () => {
      const alarms: GateAlarm[] = [];
      rig.gate.onAlarm((alarm) => alarms.push(alarm));
      expect(await rig.gate.keep('held-open')).toEqual({ ok: true, value: undefined });
      await rig.door(true);
      for (let person = 0; person < 2; person++) {
        const walked = nextPassage();
        expect(await rig.push('entry')).toBe(true);
        await walked;
        await rig.armRests();
      }
      expect((await rig.gate.release()).ok).toBe(true);
      expect(rig.releasesReceived()).toBe(0);
      expect(new Set(rig.ordersTo(1).map((order) => order.replace(/ [01] /, ' ')))).toEqual(
        new Set([expect.stringMatching(/^pulse \w+ for 10000 ms$/)]),
      );
      await rig.door(false);
      expect(await rig.gate.keep('normal')).toMatchObject({ ok: true });
      expect(rig.isHeldOpen()).toBe(false);
      expect(await rig.push('entry')).toBe(false);
      expect(alarms).toEqual([]);
    });

    it('[GT4] holds it open again behind a board that was without power, and from the start where it is to', async () => {
      await rig.gate.keep('held-open');
      await rig.powerCycle();
      await rig.holds(true);
      await rig.gate.keep('normal');
      rig.gate.resume('held-open');
      await rig.powerCycle();
      await rig.holds(true);
    });

    it('[GT5] [GT6] lets nobody in while it is locked but for staff, ends a pulse, and gives way to a fire', async () => {
      await rig.gate.release();
      expect(await rig.gate.keep('locked')).toMatchObject({ ok: true });
      expect(rig.isReleased()).toBe(false);
      expect(await rig.push('entry')).toBe(false);
      expect(await rig.gate.release()).toMatchObject({ ok: false, error: { code: 'gate.locked' } });
      expect(await rig.push('exit')).toBe(true);
      expect(await rig.gate.release('entry', { evenIfLocked: true })).toMatchObject({ ok: true });
      await rig.locksAgain();
      await rig.fire(true);
      await deviceBecomes(rig.gate, hasFault('gate.fire'));
      expect((await rig.gate.release()).ok).toBe(true);
    });

    it('[GT7] does not stand open by an order that was not confirmed, and is locked once the board is back', async () => {
      await rig.setFault('silent', true);
      await deviceBecomes(rig.gate, hasFault('gate.no-answer'));
      expect(await rig.gate.keep('held-open')).toMatchObject({
        ok: false,
        error: { code: 'gate.no-answer' },
      });
      await rig.setFault('silent', false);
      await deviceBecomes(rig.gate, isReady);
      expect(rig.isHeldOpen()).toBe(false);
      expect((await rig.gate.release()).ok).toBe(true);
      await rig.setFault('silent', true);
      await deviceBecomes(rig.gate, hasFault('gate.no-answer'));
      expect(await rig.gate.keep('locked')).toMatchObject({ ok: false });
      await rig.setFault('silent', false);
      await deviceBecomes(rig.gate, isReady);
      expect(await rig.gate.release()).toMatchObject({ ok: false, error: { code: 'gate.locked' } });
    });

    it('locks again by itself when the program is gone', async () => {
      await rig.gate.release();
      await rig.gate.stop();
      expect(rig.isReleased()).toBe(true);
      await rig.locksAgain();
      expect(await rig.push('entry')).toBe(false);
    });

    it('never queues a second release behind the first', async () => {
      const [first, second] = await Promise.all([rig.gate.release(), rig.gate.release()]);
      expect(first.ok).toBe(true);
      expect(second).toMatchObject({ ok: false, error: { code: 'gate.refused' } });
      expect(rig.releasesReceived()).toBe(1);
    });

    it.each([
      ['silent', 'gate.no-answer'],
      ['garbled', 'line.garbled'],
      ['wrong-crc', 'line.garbled'],
      ['exception', 'gate.refused'],
      ['stuck-input', 'gate.sensor-stuck'],
      ['cable-pulled', 'transport.pulled'],
    ] as const)(
      'names the fault when it is %s, and is ready again by itself afterwards',
      async (name, code) => {
        await rig.setFault(name, true);
        await deviceBecomes(rig.gate, hasFault(code));
        const released = await rig.gate.release();
        if (name === 'stuck-input') expect(released.ok).toBe(true);
        else expect(released).toMatchObject({ ok: false });
        await rig.setFault(name, false);
        await deviceBecomes(rig.gate, isReady);
        expect((await rig.gate.release()).ok).toBe(true);
      },
    );

    it.each([
      ['silent', 'gate.no-answer'],
      ['wrong-crc', 'line.garbled'],
      ['exception', 'gate.refused'],
      ['lost-order', 'gate.no-answer'],
    ] as const)(
      'does not say that it released when the board turns %s at that moment',
      async (name, code) => {
        await rig.setFault(name, true);
        expect(await rig.gate.release()).toMatchObject({ ok: false, error: { code } });
      },
    );

    it('sends an order again only after the relay was seen at rest, and at most once', async () => {
      await rig.setFault('lost-order', true);
      expect((await rig.gate.release()).ok).toBe(false);
      expect(rig.releasesReceived()).toBe(2);
      expect(rig.isReleased()).toBe(false);
    });

    it('asks the relay when the answer to a release is lost, and does not release twice', async () => {
      await rig.setFault('lost-answer', true);
      expect((await rig.gate.release()).ok).toBe(true);
      expect(rig.releasesReceived()).toBe(1);
      expect(rig.isReleased()).toBe(true);
    });

    it('is not confused by answers to questions never asked', async () => {
      await rig.setFault('unasked', true);
      expect((await rig.gate.release()).ok).toBe(true);
      const passage = nextPassage();
      await rig.push('entry');
      expect((await passage).direction).toBe('entry');
      expect(rig.gate.state).toEqual({ status: 'ready' });
    });

    it('does not take for a passage what it finds when the line comes back', async () => {
      const directions: string[] = [];
      rig.gate.onPassage((passage) => directions.push(passage.direction));
      await rig.setFault('cable-pulled', true);
      await deviceBecomes(rig.gate, hasFault('transport.pulled'));
      await rig.setFault('stuck-input', true);
      await rig.setFault('cable-pulled', false);
      await deviceBecomes(rig.gate, hasFault('gate.sensor-stuck'));
      expect(directions).toEqual([]);
    });
  });
}
