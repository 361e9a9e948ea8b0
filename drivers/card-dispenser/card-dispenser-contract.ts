import type { FaultCode } from '@portillon/core/base/fault-codes.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeviceState } from '../device.ts';
import type { CardDispenser, CardMovement } from './card-dispenser.ts';

/** What can be made to go wrong with a dispenser, by a switch of its sim or by a hand inside the metal. */
export type DispenserTrouble =
  /** The next fed card gets stuck, and only a person can free it. */
  | 'jam-on-feed'
  /** The next presented card gets stuck, and pulling it into the bin frees it. */
  | 'jam-on-present'
  | 'empty'
  | 'few-left'
  | 'bin-full'
  | 'card-dead'
  | 'cable-pulled'
  | 'silent'
  | 'garbled'
  | 'unasked-reply';

/** A dispenser with cards in its stacker, and the people and the world around it. */
export interface CardDispenserRig {
  readonly dispenser: CardDispenser;
  /** Chip numbers in the order in which the cards are fed. */
  readonly stackedUids: readonly string[];
  trouble(name: DispenserTrouble, on: boolean): Promise<void>;
  /** A person takes the card from the mouth. Throws when there is none. */
  takeCard(): { readonly uid: string };
  /** A person takes the card out that lies at the encoder. Throws when there is none. */
  removeByHand(): { readonly uid: string };
  /** A person takes the cards out of the bin; a counter of the device goes on. */
  emptyBin(): void;
  clearJam(): void;
  powerCycle(): void;
  readonly binCount: number;
  /** Replies that the driver has logged as never asked for. */
  readonly unaskedCount: number;
  /** Movements that the device was ordered to make, oldest first. */
  readonly orderedMovements: readonly string[];
  /** Resolves as soon as there is one. */
  movementOrdered(): Promise<void>;
  /** Ends the driver and the device. */
  end(): Promise<void>;
}

/** The promises of card-dispenser.ts, on any model. `makeRig` gives a started driver and a plugged-in device. */
export function cardDispenserContract(makeRig: () => Promise<CardDispenserRig>): void {
  let rig: CardDispenserRig;
  let dispenser: CardDispenser;

  beforeEach(async () => {
    rig = await makeRig();
    dispenser = rig.dispenser;
    await stateBecomes(dispenser, 'ready');
  });

  afterEach(async () => {
    await rig.end();
  });

  it('[DI1] says where cards are', async () => {
    expect(await dispenser.status()).toEqual(success({ card: 'none', stacker: 'enough', binFull: false }));
  });

  it('[DI1] feeds a card, talks to its chip, presents it, and sees it taken', async () => {
    expect(await dispenser.stage()).toEqual(success(undefined));
    expect(await dispenser.status()).toMatchObject(success({ card: 'at-encoder' }));
    const channel = await dispenser.activateCard();
    if (!channel.ok) throw new Error(channel.error.detail);
    expect(hex(channel.value.uid)).toBe(rig.stackedUids[0]);
    const getVersion = await channel.value.transmit(Uint8Array.of(0x90, 0x60, 0, 0, 0));
    expect(getVersion.ok && hex(getVersion.value.slice(-2))).toBe('91AF');
    expect(await dispenser.present()).toEqual(success(undefined));
    expect(await dispenser.status()).toMatchObject(success({ card: 'at-mouth' }));
    const taken = dispenser.waitTaken(10_000);
    expect(rig.takeCard().uid).toBe(rig.stackedUids[0]);
    expect(await taken).toEqual(success('taken'));
    expect(rig.binCount).toBe(0);
  });

  it('[DI2] may be told twice to stage or to present, and moves one card once', async () => {
    await dispenser.stage();
    expect(await dispenser.stage()).toEqual(success(undefined));
    await dispenser.present();
    expect(await dispenser.present()).toEqual(success(undefined));
    expect(rig.orderedMovements).toHaveLength(2);
  });

  it('[DI7] takes a card that nobody wants into the bin, and has nothing to do when there is none', async () => {
    expect(await dispenser.capture()).toEqual(success(undefined));
    await dispenser.stage();
    await dispenser.present();
    expect(await dispenser.waitTaken(60)).toEqual(success('not-taken'));
    expect(await dispenser.capture()).toEqual(success(undefined));
    expect(rig.binCount).toBe(1);
    expect(await dispenser.status()).toMatchObject(success({ card: 'none' }));
  });

  it('[DI7] stops waiting for a hand when told to', async () => {
    await dispenser.stage();
    await dispenser.present();
    const stop = new AbortController();
    const waiting = dispenser.waitTaken(60_000, stop.signal);
    stop.abort();
    expect(await waiting).toEqual(success('not-taken'));
  });

  it('[DI8] does not feed a second card while one is at the mouth', async () => {
    await dispenser.stage();
    await dispenser.present();
    expect(await dispenser.stage()).toMatchObject(failure('dispenser.refused'));
    expect(rig.orderedMovements).toHaveLength(2);
  });

  it('[DI8] has no card to present or to activate when none was staged', async () => {
    expect(await dispenser.present()).toMatchObject(failure('dispenser.no-card'));
    expect(await dispenser.activateCard()).toMatchObject(failure('dispenser.no-card'));
  });

  it('[DI4] carries out orders one after another, however many come at once', async () => {
    const staged = dispenser.stage();
    const presented = dispenser.present();
    const status = dispenser.status();
    expect(await staged).toEqual(success(undefined));
    expect(await presented).toEqual(success(undefined));
    expect(await status).toMatchObject(success({ card: 'at-mouth' }));
  });

  it('[DI4] refuses orders beyond a bounded number of waiting ones, and carries out the others', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => dispenser.status()));
    expect(answers[0]).toMatchObject({ ok: true });
    expect(answers.at(-1)).toMatchObject(failure('dispenser.refused'));
    expect(await dispenser.status()).toMatchObject({ ok: true });
  });

  it('[DI5] names an empty stacker, without an order, and is ready again after a refill', async () => {
    await rig.trouble('empty', true);
    expect(await stateBecomes(dispenser, 'faulted')).toMatchObject({
      fault: { code: 'dispenser.stacker-empty' },
    });
    expect(await dispenser.stage()).toMatchObject(failure('dispenser.stacker-empty'));
    await rig.trouble('empty', false);
    await stateBecomes(dispenser, 'ready');
  });

  it('[DI5] tells that few cards are left, and goes on working', async () => {
    expect(dispenser.warning).toBeNull();
    await rig.trouble('few-left', true);
    expect(await dispenser.status()).toMatchObject(success({ stacker: 'low' }));
    expect(dispenser.warning).toBe('dispenser.stacker-low');
    expect(dispenser.state.status).toBe('ready');
    expect(await dispenser.stage()).toEqual(success(undefined));
  });

  it('[DI5] keeps a card that is staged for sale when it was the last', async () => {
    await dispenser.stage();
    await rig.trouble('empty', true);
    await dispenser.status();
    expect(dispenser.state.status).toBe('ready');
  });

  it('[DI5] names a full bin, feeds nothing, and captures nothing', async () => {
    await dispenser.stage();
    await rig.trouble('bin-full', true);
    expect(await dispenser.capture()).toMatchObject(failure('dispenser.bin-full'));
    expect(dispenser.state).toMatchObject({ status: 'faulted', fault: { code: 'dispenser.bin-full' } });
    expect(await dispenser.present()).toEqual(success(undefined));
    rig.takeCard();
    expect(await dispenser.stage()).toMatchObject(failure('dispenser.bin-full'));
    await rig.trouble('bin-full', false);
    expect(await dispenser.stage()).toEqual(success(undefined));
  });

  it('[DI6] names a jam that pulling back does not free, and is ready again once a person has freed it', async () => {
    await rig.trouble('jam-on-feed', true);
    expect(await dispenser.stage()).toMatchObject(failure('dispenser.card-jam'));
    expect(dispenser.state).toMatchObject({ status: 'faulted', fault: { code: 'dispenser.card-jam' } });
    expect(await dispenser.capture()).toMatchObject(failure('dispenser.card-jam'));
    await rig.trouble('jam-on-feed', false);
    rig.clearJam();
    await dispenser.status();
    expect(dispenser.state.status).toBe('ready');
    expect(await dispenser.stage()).toEqual(success(undefined));
  });

  it('[DI6] pulls a jammed card into the bin once, says that it jammed, and goes on', async () => {
    await dispenser.stage();
    await rig.trouble('jam-on-present', true);
    expect(await dispenser.present()).toMatchObject(failure('dispenser.card-jam'));
    expect(rig.binCount).toBe(1);
    expect(dispenser.state.status).toBe('ready');
    await rig.trouble('jam-on-present', false);
    expect(await dispenser.stage()).toEqual(success(undefined));
    expect(await dispenser.present()).toEqual(success(undefined));
  });

  it('[DI10] knows that the staged card was removed by hand, and stages another', async () => {
    await dispenser.stage();
    expect(rig.removeByHand().uid).toBe(rig.stackedUids[0]);
    expect(await dispenser.present()).toMatchObject(failure('dispenser.no-card'));
    expect(await dispenser.activateCard()).toMatchObject(failure('dispenser.no-card'));
    expect(await dispenser.capture()).toEqual(success(undefined));
    expect(await dispenser.stage()).toEqual(success(undefined));
    const channel = await dispenser.activateCard();
    expect(channel.ok && hex(channel.value.uid)).toBe(rig.stackedUids[1]);
  });

  it('[DI12] tells each card once that is fed or captured, also when the line broke meanwhile', async () => {
    const told: CardMovement[] = [];
    dispenser.onMovement((movement) => told.push(movement));
    const staging = dispenser.stage();
    await rig.movementOrdered();
    await rig.trouble('garbled', true);
    expect((await staging).ok).toBe(false);
    await rig.trouble('garbled', false);
    await dispenser.stage();
    expect(told).toEqual(['fed']);
    await dispenser.capture();
    await dispenser.capture();
    expect(told).toEqual(['fed', 'captured']);
    await dispenser.stage();
    await rig.trouble('jam-on-present', true);
    await dispenser.present();
    expect(told).toEqual(['fed', 'captured', 'fed', 'captured']);
    expect(rig.binCount).toBe(2);
  });

  it('[DI14] is reset by whoever had it open, and says what it sees', async () => {
    await rig.trouble('jam-on-feed', true);
    await dispenser.stage();
    expect(await dispenser.reset()).toMatchObject(failure('dispenser.card-jam'));
    await rig.trouble('jam-on-feed', false);
    rig.clearJam();
    expect(await dispenser.reset()).toEqual(success({ card: 'none', stacker: 'enough', binFull: false }));
    expect(dispenser.state.status).toBe('ready');
    await dispenser.stage();
    expect(await dispenser.reset()).toMatchObject(success({ card: 'at-encoder' }));
  });

  it('[DI9] names a card that does not answer, which can then be captured', async () => {
    await dispenser.stage();
    await rig.trouble('card-dead', true);
    expect(await dispenser.activateCard()).toMatchObject(failure('card.no-answer'));
    expect(await dispenser.capture()).toEqual(success(undefined));
  });

  it('[DI11] finds its device again after a pulled cable, with the card where it was', async () => {
    await dispenser.stage();
    await rig.trouble('cable-pulled', true);
    expect(await stateBecomes(dispenser, 'disconnected')).toMatchObject({
      fault: { code: expect.stringMatching(/^transport\./) },
    });
    expect(await dispenser.status()).toMatchObject({
      ok: false,
      error: { code: expect.stringMatching(/^transport\./) },
    });
    await rig.trouble('cable-pulled', false);
    await stateBecomes(dispenser, 'ready');
    expect(await dispenser.status()).toMatchObject(success({ card: 'at-encoder' }));
    expect(await dispenser.present()).toEqual(success(undefined));
  });

  it('[DI11] sees a card taken although the cable was out for a moment', async () => {
    await dispenser.stage();
    await dispenser.present();
    const waiting = dispenser.waitTaken(20_000);
    await rig.trouble('cable-pulled', true);
    rig.takeCard();
    await stateBecomes(dispenser, 'disconnected');
    await rig.trouble('cable-pulled', false);
    expect(await waiting).toEqual(success('taken'));
  });

  it('[DI11] names a device that went silent, and comes back by itself', async () => {
    await rig.trouble('silent', true);
    expect(await dispenser.status()).toMatchObject(failure('line.no-answer'));
    expect(dispenser.state).toMatchObject({ status: 'disconnected', fault: { code: 'line.no-answer' } });
    await rig.trouble('silent', false);
    await stateBecomes(dispenser, 'ready');
  });

  it('[DI11] names a line that damages every reply', async () => {
    await rig.trouble('garbled', true);
    expect(await dispenser.status()).toMatchObject(failure('line.garbled'));
    expect(dispenser.state).toMatchObject({ status: 'disconnected', fault: { code: 'line.garbled' } });
    await rig.trouble('garbled', false);
    expect(await dispenser.status()).toMatchObject({ ok: true });
    expect(dispenser.state.status).toBe('ready');
  });

  it('[DI3] never feeds a second card because the reply to the first order was damaged', async () => {
    const staging = dispenser.stage();
    await rig.movementOrdered();
    await rig.trouble('garbled', true);
    expect(await staging).toMatchObject(failure('line.garbled'));
    await rig.trouble('garbled', false);
    expect(await dispenser.stage()).toEqual(success(undefined));
    expect(rig.orderedMovements).toHaveLength(1);
  });

  it('[DI3] finds the card where it was moved although the cable was pulled meanwhile', async () => {
    const staging = dispenser.stage();
    await rig.movementOrdered();
    await rig.trouble('cable-pulled', true);
    expect(await staging).toMatchObject({
      ok: false,
      error: { code: expect.stringMatching(/^transport\./) },
    });
    await rig.trouble('cable-pulled', false);
    await stateBecomes(dispenser, 'ready');
    expect(await dispenser.stage()).toEqual(success(undefined));
    expect(rig.orderedMovements).toHaveLength(1);
  });

  it('[DI11] takes no reply for an answer to what it did not ask, and counts it', async () => {
    await rig.trouble('unasked-reply', true);
    expect(await dispenser.stage()).toEqual(success(undefined));
    expect(await dispenser.status()).toMatchObject(success({ card: 'at-encoder' }));
    expect(rig.unaskedCount).toBeGreaterThanOrEqual(2);
  });

  it('[DI15] goes on after a power cut in the middle of a sale, with the card still staged', async () => {
    await dispenser.stage();
    const channel = await dispenser.activateCard();
    if (!channel.ok) throw new Error(channel.error.detail);
    rig.powerCycle();
    expect(await channel.value.transmit(Uint8Array.of(0x90, 0x60, 0, 0, 0))).toMatchObject(
      failure('card.no-answer'),
    );
    expect(await dispenser.activateCard()).toMatchObject({ ok: true });
    rig.powerCycle();
    expect(await dispenser.present()).toEqual(success(undefined));
    expect(rig.takeCard().uid).toBe(rig.stackedUids[0]);
  });

  it('[DI16] ends what is under way when it is stopped, and says so', async () => {
    await dispenser.stage();
    await dispenser.present();
    const waiting = dispenser.waitTaken(60_000);
    await dispenser.stop();
    expect(await waiting).toMatchObject(failure('transport.closed'));
    expect(dispenser.state).toEqual({ status: 'stopped' });
    await dispenser.stop();
  });
}

/** Resolves with the first state of that status, at once if it holds already. */
function stateBecomes(dispenser: CardDispenser, status: DeviceState['status']): Promise<DeviceState> {
  if (dispenser.state.status === status) return Promise.resolve(dispenser.state);
  return new Promise((resolve) => {
    const forget = dispenser.onState((state) => {
      if (state.status !== status) return;
      forget();
      resolve(state);
    });
  });
}

function success<T>(value: T) {
  return { ok: true, value };
}

function failure(code: FaultCode) {
  return { ok: false, error: { code } };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
