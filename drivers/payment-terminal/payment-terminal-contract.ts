import type { LogFields } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceBecomes, hasFault, isReady } from '../device-becomes.ts';
import type { PaymentOutcome, PaymentTerminal } from './payment-terminal.ts';

/** A terminal with a customer in front of it and a bank behind it. */
export interface TerminalRig {
  /** Not started. Its time limits are short: seconds where the product waits minutes. */
  readonly terminal: PaymentTerminal;
  /** Resolves when the terminal asks for a card. */
  asksForCard(): Promise<void>;
  presentCard(bank: 'approve' | 'decline' | 'timeout-after-approval'): Promise<void>;
  pressRedKey(): Promise<void>;
  setFault(name: TerminalFault, on: boolean): Promise<void>;
  /** What the terminal's own journal holds as taken and not given back, for this reference. */
  takenCents(reference: string): number;
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

const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const reversal = { ...payment, reference: 'SALE0001R' };

/** What every payment terminal promises, run on driver and device over their real transport. */
export function paymentTerminalContract(model: string, makeRig: () => Promise<TerminalRig>): void {
  describe(`payment terminal ${model}`, () => {
    let rig: TerminalRig;

    beforeEach(async () => {
      rig = await makeRig();
      rig.terminal.start();
      await deviceBecomes(rig.terminal, isReady);
    });
    afterEach(() => rig.close());

    async function pay(act: () => Promise<void>): Promise<PaymentOutcome> {
      const outcome = rig.terminal.authorise(payment);
      await rig.asksForCard();
      await act();
      return outcome;
    }

    it('captures the amount asked for, and keeps of the card what a slip may show', async () => {
      const outcome = await pay(() => rig.presentCard('approve'));
      expect(outcome).toMatchObject({ kind: 'captured', slip: { amountCents: 3_990, scheme: 'CB' } });
      expect(outcome.kind === 'captured' && outcome.slip.maskedPan).toMatch(/^\*{12}\d{4}$/);
      expect(rig.takenCents(payment.reference)).toBe(3_990);
    });

    it('tells a refusal of the bank, the red key and a customer who does nothing apart', async () => {
      expect(await pay(() => rig.presentCard('decline'))).toEqual({ kind: 'declined', reason: 'refused' });
      expect(await pay(() => rig.pressRedKey())).toEqual({ kind: 'cancelled' });
      expect(await pay(() => Promise.resolve())).toEqual({ kind: 'timed-out' });
      expect(rig.takenCents(payment.reference)).toBe(0);
    });

    it('[I10] settles an approval whose answer was lost by asking, and never charges twice', async () => {
      const outcome = await pay(() => rig.presentCard('timeout-after-approval'));
      expect(outcome).toMatchObject({ kind: 'in-doubt', fault: { code: 'transport.pulled' } });
      expect(await rig.terminal.statusOf(payment)).toMatchObject({
        kind: 'captured',
        slip: { amountCents: 3_990 },
      });
      expect(rig.debitsReceived()).toBe(1);
      expect(rig.takenCents(payment.reference)).toBe(3_990);
    });

    it('is declined whatever is presented while the bank declines', async () => {
      await rig.setFault('decline', true);
      expect(await pay(() => rig.presentCard('approve'))).toEqual({ kind: 'declined', reason: 'refused' });
    });

    it('knows a payment that the terminal has never heard of', async () => {
      expect(await rig.terminal.statusOf({ ...payment, reference: 'NEVER' })).toEqual({
        kind: 'declined',
        reason: 'not-found',
      });
    });

    it('says of a declined and of a cancelled payment what became of it', async () => {
      await pay(() => rig.presentCard('decline'));
      expect(await rig.terminal.statusOf(payment)).toEqual({ kind: 'declined', reason: 'refused' });
      await pay(() => rig.pressRedKey());
      expect(await rig.terminal.statusOf(payment)).toEqual({ kind: 'cancelled' });
    });

    it('undoes a captured payment once', async () => {
      await pay(() => rig.presentCard('approve'));
      expect(await rig.terminal.reverse(reversal)).toMatchObject({
        kind: 'captured',
        slip: { amountCents: 3_990 },
      });
      expect(rig.takenCents(payment.reference)).toBe(0);
      expect(await rig.terminal.statusOf(reversal)).toMatchObject({ kind: 'captured' });
      expect(await rig.terminal.reverse({ ...reversal, reference: 'SALE0001S' })).toMatchObject({
        kind: 'declined',
      });
    });

    it('[I10] settles a reversal whose answer was lost by asking for its own reference', async () => {
      await pay(() => rig.presentCard('approve'));
      await rig.setFault('timeout-after-approval', true);
      expect(await rig.terminal.reverse(reversal)).toMatchObject({ kind: 'in-doubt' });
      await rig.setFault('timeout-after-approval', false);
      expect(await rig.terminal.statusOf(reversal)).toMatchObject({ kind: 'captured' });
      expect(rig.takenCents(payment.reference)).toBe(0);
    });

    it('[I10] knows of a reversal that never reached the terminal, and the money is still taken', async () => {
      await pay(() => rig.presentCard('approve'));
      await rig.setFault('silent', true);
      expect(await rig.terminal.reverse(reversal)).toMatchObject({ kind: 'in-doubt' });
      await rig.setFault('silent', false);
      expect(await rig.terminal.statusOf(reversal)).toEqual({ kind: 'declined', reason: 'not-found' });
      expect(rig.takenCents(payment.reference)).toBe(3_990);
    });

    it('takes no second payment while one is under way', async () => {
      const first = rig.terminal.authorise(payment);
      await rig.asksForCard();
      expect(await rig.terminal.authorise({ ...payment, reference: 'SALE0002A' })).toEqual({ kind: 'busy' });
      await rig.presentCard('approve');
      expect(await first).toMatchObject({ kind: 'captured' });
      expect(rig.debitsReceived()).toBe(1);
    });

    it('finds a terminal that works for another till busy, and charges nothing', async () => {
      await rig.setFault('busy', true);
      expect(await rig.terminal.authorise(payment)).toEqual({ kind: 'busy' });
      expect(rig.debitsReceived()).toBe(0);
    });

    it('[I10] holds an answer for another amount for a payment in doubt', async () => {
      await rig.setFault('wrong-echo', true);
      expect(await pay(() => rig.presentCard('approve'))).toMatchObject({
        kind: 'in-doubt',
        fault: { code: 'terminal.bad-answer' },
      });
      await rig.setFault('wrong-echo', false);
      expect(await rig.terminal.statusOf(payment)).toMatchObject({ kind: 'captured' });
      expect(rig.debitsReceived()).toBe(1);
    });

    it('[I10] holds a garbled answer for a payment in doubt, and a garbled status for no status', async () => {
      await rig.setFault('garbled', true);
      const doubt = { kind: 'in-doubt', fault: { code: 'terminal.bad-answer' } };
      expect(await pay(() => rig.presentCard('approve'))).toMatchObject(doubt);
      expect(await rig.terminal.statusOf(payment)).toMatchObject(doubt);
      await rig.setFault('garbled', false);
      expect(await rig.terminal.statusOf(payment)).toMatchObject({ kind: 'captured' });
    });

    it('[I10] holds a payment in doubt when the terminal stays silent', async () => {
      await rig.setFault('silent', true);
      expect(await rig.terminal.authorise(payment)).toMatchObject({
        kind: 'in-doubt',
        fault: { code: 'terminal.no-answer' },
      });
      await rig.setFault('silent', false);
      expect(await rig.terminal.statusOf(payment)).toEqual({ kind: 'declined', reason: 'not-found' });
    });

    it('[I10] is in doubt when the cable is pulled while the customer pays, and settles it when it is back', async () => {
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
    });

    it('names a terminal that cannot work, charges nothing on it, and is ready again by itself', async () => {
      await rig.setFault('out-of-order', true);
      await deviceBecomes(rig.terminal, hasFault('terminal.out-of-order'));
      expect(await rig.terminal.authorise(payment)).toMatchObject({ kind: 'declined' });
      await rig.setFault('out-of-order', false);
      await deviceBecomes(rig.terminal, isReady);
    });

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
      const status = await rig.terminal.statusOf(payment);
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
