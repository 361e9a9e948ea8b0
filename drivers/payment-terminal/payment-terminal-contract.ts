import type { LogFields } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceBecomes, hasFault, isReady } from '../device-becomes.ts';
import type { PaymentOutcome, PaymentTerminal, TerminalCapabilities } from './payment-terminal.ts';

/** A terminal with a customer in front of it and a bank behind it. */
export interface TerminalRig {
  /** Not started. Its time limits are short: seconds where the product waits minutes. */
  readonly terminal: PaymentTerminal;
  /** Resolves when the terminal asks for a card. */
  asksForCard(): Promise<void>;
  /** What the terminal does by itself in time passes: a hold that nobody completes is let go. Terminals that hold only. */
  holdLimitPasses?(): Promise<void>;
  presentCard(bank: 'approve' | 'decline' | 'timeout-after-approval'): Promise<void>;
  pressRedKey(): Promise<void>;
  setFault(name: TerminalFault, on: boolean): Promise<void>;
  /** What the terminal's own journal holds as taken and not given back, for this reference. */
  takenCents(reference: string): number;
  /** The terminal has no line to its bank and approves by itself. Terminals that tell so only. */
  cutBank?(): Promise<void>;
  /** How many debits have reached the terminal. */
  debitsReceived(): number;
  readonly wholePan: string;
  readonly logged: readonly { readonly event: string; readonly fields: LogFields }[];
  close(): Promise<void>;
}

export type TerminalFault =
  | 'decline'
  | 'timeout-after-approval'
  | 'busy'
  | 'out-of-order'
  | 'garbled'
  | 'wrong-echo'
  | 'silent'
  | 'cable-pulled'
  | 'full-pan';

/** What a poor protocol keeps to itself; the promises then read differently. */
export interface TerminalWords {
  /** False: a refusal, the red key, a customer who does nothing and a terminal out of order are one answer, `not-completed`. */
  readonly tellsWhyNot?: boolean;
  /** True: nothing is sent before the terminal has taken a call, so that a silent one has not been asked for money. */
  readonly callsFirst?: boolean;
}

const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const reversal = { ...payment, reference: 'SALE0001R' };

/** Stands where a promise is not made; what is promised instead stands beside it. */
const notPromised = (_title: string, _run: () => unknown): void => undefined;

/**
 * What every payment terminal promises, run on driver and device over their real transport. What a protocol cannot do is
 * promised differently, not left out: `capabilities` says which promises hold.
 */
export function paymentTerminalContract(
  model: string,
  capabilities: TerminalCapabilities,
  makeRig: () => Promise<TerminalRig>,
  { tellsWhyNot = true, callsFirst = false }: TerminalWords = {},
): void {
  const notDone = { kind: 'declined', reason: 'not-completed' };
  const refused = tellsWhyNot ? { kind: 'declined', reason: 'refused' } : notDone;
  /** What a request comes to that was made to a silent terminal. */
  const unheard = callsFirst ? 'not-sent' : 'in-doubt';
  describe(`payment terminal ${model}`, () => {
    const { canHold, canQuery, canRefund, canReconcile } = capabilities;
    const canNotTell = { kind: 'in-doubt', fault: { code: 'terminal.cannot' } };
    const itWhere = (promised: boolean) => (promised ? it : notPromised);
    let rig: TerminalRig;

    beforeEach(async () => {
      rig = await makeRig();
      rig.terminal.start();
      await deviceBecomes(rig.terminal, isReady);
    });
    afterEach(() => rig.close());

    /** Up to what the terminal answers to the request for money. */
    async function authorise(act: () => Promise<void>): Promise<PaymentOutcome> {
      const outcome = rig.terminal.authorise(payment);
      await rig.asksForCard();
      await act();
      return outcome;
    }

    /** A payment to its end: what is held is booked. */
    async function pay(act: () => Promise<void>): Promise<PaymentOutcome> {
      const outcome = await authorise(act);
      return outcome.kind === 'held' ? rig.terminal.complete({ ...payment, slip: outcome.slip }) : outcome;
    }

    const slipOf = (outcome: PaymentOutcome) =>
      outcome.kind === 'captured' || outcome.kind === 'held' ? outcome.slip : null;

    it('says what it can do', () => {
      expect(rig.terminal.capabilities).toEqual(capabilities);
    });

    it('captures the amount asked for, and keeps of the card what a slip may show', async () => {
      const outcome = await pay(() => rig.presentCard('approve'));
      expect(outcome).toMatchObject({ kind: 'captured', slip: { amountCents: 3_990 } });
      expect(slipOf(outcome)?.scheme).not.toBe('');
      expect(slipOf(outcome)?.maskedPan).toMatch(/^\*{12}\d{4}$/);
      expect(rig.takenCents(payment.reference)).toBe(3_990);
    });

    const apart = tellsWhyNot ? 'apart' : 'from money that was taken, not from each other';
    it(`tells a refusal of the bank, the red key and a customer who does nothing ${apart}`, async () => {
      expect(await pay(() => rig.presentCard('decline'))).toEqual(refused);
      expect(await pay(() => rig.pressRedKey())).toEqual(tellsWhyNot ? { kind: 'cancelled' } : notDone);
      expect(await pay(() => Promise.resolve())).toEqual(tellsWhyNot ? { kind: 'timed-out' } : notDone);
      expect(rig.takenCents(payment.reference)).toBe(0);
    });

    const describeHolding = canHold ? describe : notPromised;
    describeHolding('that can hold', () => {
      const held = () => authorise(() => rig.presentCard('approve'));

      it('[I2] books nothing before it is told that the goods are out', async () => {
        const outcome = await held();
        expect(outcome).toMatchObject({ kind: 'held', slip: { amountCents: 3_990 } });
        expect(rig.takenCents(payment.reference)).toBe(0);
        expect(await rig.terminal.complete({ ...payment, slip: slipOf(outcome) })).toMatchObject({
          kind: 'captured',
        });
        expect(rig.takenCents(payment.reference)).toBe(3_990);
      });

      it('[I2] lets go of a payment that is given back before it is booked', async () => {
        const slip = slipOf(await held());
        expect(await rig.terminal.reverse({ ...reversal, payment: { ...payment, slip } })).toMatchObject({
          kind: 'captured',
        });
        expect(rig.takenCents(payment.reference)).toBe(0);
        expect(await rig.terminal.complete({ ...payment, slip })).toEqual({
          kind: 'declined',
          reason: 'not-found',
        });
      });

      it('[I2] takes nothing when the line dies while it holds', async () => {
        const slip = slipOf(await held());
        await rig.setFault('cable-pulled', true);
        await deviceBecomes(rig.terminal, (state) => state.status === 'disconnected');
        await rig.holdLimitPasses?.();
        expect((await rig.terminal.complete({ ...payment, slip })).kind).not.toBe('captured');
        await rig.setFault('cable-pulled', false);
        await deviceBecomes(rig.terminal, isReady);
        expect(await rig.terminal.statusOf({ ...payment, slip })).toEqual({
          kind: 'declined',
          reason: 'not-found',
        });
        expect(rig.takenCents(payment.reference)).toBe(0);
      });

      it('[I10] settles a booking whose answer was lost by asking', async () => {
        const slip = slipOf(await held());
        await rig.setFault('timeout-after-approval', true);
        expect(await rig.terminal.complete({ ...payment, slip })).toMatchObject({ kind: 'in-doubt' });
        await rig.setFault('timeout-after-approval', false);
        await deviceBecomes(rig.terminal, isReady);
        expect(await rig.terminal.statusOf({ ...payment, slip })).toMatchObject({ kind: 'captured' });
        expect(rig.takenCents(payment.reference)).toBe(3_990);
        expect(rig.debitsReceived()).toBe(1);
      });

      it('starts no second payment while it holds one', async () => {
        const slip = slipOf(await held());
        expect(await rig.terminal.authorise({ ...payment, reference: 'SALE0002A' })).toEqual({
          kind: 'busy',
        });
        expect(await rig.terminal.complete({ ...payment, slip })).toMatchObject({ kind: 'captured' });
      });
    });

    itWhere(!canHold)('has nothing to complete', async () => {
      expect(await rig.terminal.complete(payment)).toEqual({ kind: 'declined', reason: 'not-permitted' });
    });

    itWhere(!canHold)(
      '[I10] settles an approval whose answer was lost by asking, and never charges twice',
      async () => {
        const outcome = await pay(() => rig.presentCard('timeout-after-approval'));
        expect(outcome).toMatchObject({ kind: 'in-doubt' });
        // Some terminals have lost their line with the answer: asked once they are back.
        await expect
          .poll(() => rig.terminal.statusOf(payment), { timeout: 8_000 })
          .toMatchObject(canQuery ? { kind: 'captured', slip: { amountCents: 3_990 } } : canNotTell);
        expect(rig.debitsReceived()).toBe(1);
        expect(rig.takenCents(payment.reference)).toBe(3_990);
      },
    );

    itWhere(!canQuery)('[I10] cannot be asked, and says so at once', async () => {
      await pay(() => rig.presentCard('approve'));
      expect(await rig.terminal.statusOf(payment)).toMatchObject(canNotTell);
    });

    it('is declined whatever is presented while the bank declines', async () => {
      await rig.setFault('decline', true);
      expect(await pay(() => rig.presentCard('approve'))).toEqual(refused);
    });

    itWhere(canQuery)('knows a payment that the terminal has never heard of', async () => {
      expect(await rig.terminal.statusOf({ ...payment, reference: 'NEVER' })).toEqual({
        kind: 'declined',
        reason: 'not-found',
      });
    });

    itWhere(canQuery && !canHold)(
      'says of a declined and of a cancelled payment what became of it',
      async () => {
        await pay(() => rig.presentCard('decline'));
        expect(await rig.terminal.statusOf(payment)).toEqual({ kind: 'declined', reason: 'refused' });
        await pay(() => rig.pressRedKey());
        expect(await rig.terminal.statusOf(payment)).toEqual({ kind: 'cancelled' });
      },
    );

    it('undoes a captured payment once', async () => {
      const slip = slipOf(await pay(() => rig.presentCard('approve')));
      const undo = { ...reversal, payment: { ...payment, slip } };
      expect(await rig.terminal.reverse(undo)).toMatchObject({
        kind: 'captured',
        slip: { amountCents: 3_990 },
      });
      expect(rig.takenCents(payment.reference)).toBe(0);
      if (canQuery && !canHold) {
        expect(await rig.terminal.statusOf(reversal)).toMatchObject({ kind: 'captured' });
      }
      expect(await rig.terminal.reverse({ ...undo, reference: 'SALE0001S' })).toMatchObject({
        kind: 'declined',
      });
    });

    itWhere(canQuery && !canHold)(
      '[I10] settles a reversal whose answer was lost by asking for its own reference',
      async () => {
        await pay(() => rig.presentCard('approve'));
        await rig.setFault('timeout-after-approval', true);
        expect(await rig.terminal.reverse(reversal)).toMatchObject({ kind: 'in-doubt' });
        await rig.setFault('timeout-after-approval', false);
        await expect
          .poll(() => rig.terminal.statusOf(reversal), { timeout: 8_000 })
          .toMatchObject({ kind: 'captured' });
        expect(rig.takenCents(payment.reference)).toBe(0);
      },
    );

    itWhere(canQuery && !canHold)(
      '[I10] knows of a reversal that never reached the terminal, and the money is still taken',
      async () => {
        await pay(() => rig.presentCard('approve'));
        await rig.setFault('silent', true);
        expect(await rig.terminal.reverse(reversal)).toMatchObject({ kind: unheard });
        await rig.setFault('silent', false);
        expect(await rig.terminal.statusOf(reversal)).toEqual({ kind: 'declined', reason: 'not-found' });
        expect(rig.takenCents(payment.reference)).toBe(3_990);
      },
    );

    itWhere(canRefund)('gives an older payment back to a card that is presented', async () => {
      const slip = slipOf(await pay(() => rig.presentCard('approve')));
      const refunded = rig.terminal.refund({
        ...payment,
        reference: 'SALE0001C',
        payment: { ...payment, slip },
      });
      await rig.asksForCard();
      await rig.presentCard('approve');
      expect(await refunded).toMatchObject({ kind: 'captured', slip: { amountCents: 3_990 } });
      expect(rig.takenCents(payment.reference) + rig.takenCents('SALE0001C')).toBe(0);
    });

    it('tells its totals at the end of the day, or that it cannot', async () => {
      await pay(() => rig.presentCard('approve'));
      expect(await rig.terminal.reconcile()).toMatchObject(
        canReconcile
          ? { kind: 'totals', debits: { count: 1, amountCents: 3_990 } }
          : { kind: 'unavailable', fault: { code: 'terminal.cannot' } },
      );
    });

    it('says whether the bank was asked, or that its protocol does not tell', async () => {
      const offline = capabilities.tellsOffline ? false : null;
      expect(slipOf(await pay(() => rig.presentCard('approve')))?.offline).toBe(offline);
    });

    itWhere(capabilities.tellsOffline)('[SA40] says so when it approved without the bank', async () => {
      await rig.cutBank?.();
      const outcome = await pay(() => rig.presentCard('approve'));
      expect(outcome).toMatchObject({ kind: 'captured', slip: { offline: true } });
      expect(await rig.terminal.statusOf({ ...payment, slip: slipOf(outcome) })).toMatchObject({
        kind: 'captured',
        slip: { offline: true },
      });
      // It has nothing to settle with, and has not closed its batch either.
      if (canReconcile) {
        expect(await rig.terminal.reconcile()).toMatchObject({ kind: 'unavailable', mayHaveClosed: false });
      }
    });

    itWhere(capabilities.canAbort)('stops waiting for a card when it is told to', async () => {
      const outcome = rig.terminal.authorise(payment);
      await rig.asksForCard();
      await rig.terminal.abort();
      expect(await outcome).toEqual({ kind: 'cancelled' });
      expect(rig.takenCents(payment.reference)).toBe(0);
    });

    it('takes no second payment while one is under way', async () => {
      const first = rig.terminal.authorise(payment);
      await rig.asksForCard();
      expect(await rig.terminal.authorise({ ...payment, reference: 'SALE0002A' })).toEqual({ kind: 'busy' });
      await rig.presentCard('approve');
      expect((await first).kind).toBe(canHold ? 'held' : 'captured');
      expect(rig.debitsReceived()).toBe(1);
    });

    it('finds a terminal that works for another till busy, and charges nothing', async () => {
      await rig.setFault('busy', true);
      expect(await rig.terminal.authorise(payment)).toEqual({ kind: 'busy' });
      expect(rig.debitsReceived()).toBe(0);
    });

    itWhere(canQuery && !canHold)(
      '[I10] holds an answer for another amount for a payment in doubt',
      async () => {
        await rig.setFault('wrong-echo', true);
        expect(await pay(() => rig.presentCard('approve'))).toMatchObject({
          kind: 'in-doubt',
          fault: { code: 'terminal.bad-answer' },
        });
        await rig.setFault('wrong-echo', false);
        expect(await rig.terminal.statusOf(payment)).toMatchObject({ kind: 'captured' });
        expect(rig.debitsReceived()).toBe(1);
      },
    );

    itWhere(canQuery && !canHold)(
      '[I10] holds a garbled answer for a payment in doubt, and a garbled status for no status',
      async () => {
        await rig.setFault('garbled', true);
        const doubt = { kind: 'in-doubt', fault: { code: 'terminal.bad-answer' } };
        expect(await pay(() => rig.presentCard('approve'))).toMatchObject(doubt);
        expect(await rig.terminal.statusOf(payment)).toMatchObject(doubt);
        await rig.setFault('garbled', false);
        expect(await rig.terminal.statusOf(payment)).toMatchObject({ kind: 'captured' });
      },
    );

    const asked = callsFirst ? 'sends no payment to' : 'holds a payment in doubt when it goes to';
    it(`[I10] ${asked} a terminal that stays silent`, async () => {
      await rig.setFault('silent', true);
      expect(await rig.terminal.authorise(payment)).toMatchObject({
        kind: unheard,
        fault: { code: 'terminal.no-answer' },
      });
      await rig.setFault('silent', false);
      expect(await rig.terminal.statusOf(payment)).toMatchObject(
        canQuery ? { kind: 'declined', reason: 'not-found' } : canNotTell,
      );
    });

    itWhere(canQuery && !canHold)(
      '[I10] is in doubt when the cable is pulled while the customer pays, and settles it when it is back',
      async () => {
        const outcome = await pay(() => rig.setFault('cable-pulled', true));
        expect(outcome).toMatchObject({ kind: 'in-doubt', fault: { code: 'transport.pulled' } });
        await rig.presentCard('approve');
        await deviceBecomes(rig.terminal, hasFault('transport.unreachable'));
        expect(await rig.terminal.authorise({ ...payment, reference: 'SALE0002A' })).toMatchObject({
          kind: 'not-sent',
          fault: { code: 'transport.unreachable' },
        });
        expect(await rig.terminal.statusOf(payment)).toMatchObject({ kind: 'in-doubt' });
        await rig.setFault('cable-pulled', false);
        await deviceBecomes(rig.terminal, isReady);
        expect(await rig.terminal.statusOf(payment)).toMatchObject({ kind: 'captured' });
      },
    );

    itWhere(!tellsWhyNot)('takes nothing on a terminal that cannot work and does not say so', async () => {
      await rig.setFault('out-of-order', true);
      expect(await rig.terminal.authorise(payment)).toEqual(notDone);
      expect(rig.takenCents(payment.reference)).toBe(0);
    });

    itWhere(tellsWhyNot)(
      'names a terminal that cannot work, charges nothing on it, and is ready again by itself',
      async () => {
        await rig.setFault('out-of-order', true);
        await deviceBecomes(rig.terminal, hasFault('terminal.out-of-order'));
        expect(await rig.terminal.authorise(payment)).toMatchObject({
          kind: 'out-of-order',
          fault: { code: 'terminal.out-of-order' },
        });
        expect(rig.debitsReceived()).toBe(0);
        await rig.setFault('out-of-order', false);
        await deviceBecomes(rig.terminal, isReady);
      },
    );

    it('names a terminal that has gone silent or answers nonsense at rest', async () => {
      await rig.setFault('silent', true);
      await deviceBecomes(rig.terminal, hasFault('terminal.no-answer'));
      await rig.setFault('silent', false);
      await rig.setFault('garbled', true);
      await deviceBecomes(rig.terminal, hasFault('terminal.bad-answer'));
      await rig.setFault('garbled', false);
      await deviceBecomes(rig.terminal, isReady);
    });

    it('[I14] lets no card number out, even from a terminal that sends it whole', async () => {
      await rig.setFault('full-pan', true);
      const outcome = await pay(() => rig.presentCard('approve'));
      const status = await rig.terminal.statusOf({ ...payment, slip: slipOf(outcome) });
      expect(outcome).toMatchObject({ kind: 'captured' });
      expect(rig.logged.map((entry) => entry.event)).toContain('payment');
      const everything = JSON.stringify([outcome, status, rig.logged]);
      expect(everything).not.toContain(rig.wholePan.slice(0, -4));
      expect(everything).not.toContain(rig.wholePan.slice(6));
    });

    it('ends a payment in doubt when it is stopped under way, and leaves nothing running', async () => {
      const outcome = rig.terminal.authorise(payment);
      await rig.asksForCard();
      await rig.terminal.stop();
      expect(await outcome).toMatchObject({ kind: 'in-doubt', fault: { code: 'transport.closed' } });
      expect(rig.terminal.state).toEqual({ status: 'stopped' });
    });
  });
}
