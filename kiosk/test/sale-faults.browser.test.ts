import { afterAll, beforeAll, expect, it } from 'vitest';
import { french } from './french.ts';
import { SalesInBrowser, saleLimitMs, served } from './sales-in-browser.ts';

/**
 * Each fault is made by hand on the page of the panel while a customer stands before the page of the kiosk: what the
 * customer reads at that moment, and what stands in the books at the end. Cuts: sale-cuts.browser.test.ts.
 */
let sales: SalesInBrowser;

beforeAll(async () => {
  sales = await SalesInBrowser.open();
}, saleLimitMs);

afterAll(async () => {
  await sales?.close();
}, saleLimitMs);

it(
  '[I1] bank declines: says so, that nothing was taken and what to do; the second card pays',
  async () => {
    const before = await sales.books();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.kiosk.picture('asked-to-pay');
    await sales.panel.press('Bank declines');
    await sales.kiosk.reads(
      french('payment.not-paid.declined'),
      french('payment.advice.declined'),
      french('payment.nothing-taken'),
      french('slip.printed.right'),
      french('payment.again', { amount: sales.amount }),
      french('payment.stop'),
    );
    await sales.kiosk.picture('declined');
    await sales.kiosk.press('pay-again');
    await sales.askedToPay();
    await sales.panel.press('Bank approves');
    await sales.takeCard();
    await sales.kiosk.leaveWithoutPaper();
    expect(await sales.books()).toEqual(served(before));
  },
  saleLimitMs,
);

it(
  '[I10] answer gets lost: says that the payment is being checked and not to pay again; charges once',
  async () => {
    const before = await sales.books();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.press('Answer gets lost');
    await sales.panel.pullCable('Payment terminal');
    await sales.kiosk.reads(french('payment.checking.title'), french('payment.checking.lead'));
    await sales.kiosk.picture('checking-payment');
    await sales.panel.plugIn('Payment terminal');
    await sales.takeCard();
    await sales.kiosk.leaveWithoutPaper();
    expect(await sales.books()).toEqual(served(before));
  },
  saleLimitMs,
);

it(
  'red key: says that it is cancelled and nothing was taken; stopping here erases everything',
  async () => {
    const before = await sales.books();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.press('Red key');
    await sales.kiosk.reads(
      french('payment.not-paid.cancelled'),
      french('payment.advice.cancelled'),
      french('payment.nothing-taken'),
      french('slip.printed.right'),
    );
    await sales.kiosk.picture('red-key');
    await sales.kiosk.press('payment-stop');
    await sales.kiosk.reads(french('leave.title'), french('leave.lead'));
    await sales.kiosk.picture('red-key-stop');
    await sales.kiosk.press('leave-finish');
    await sales.kiosk.at('attract');
    expect(await sales.books()).toEqual(before);
  },
  saleLimitMs,
);

it(
  '[I10] one card never answers, the next gets stuck: the customer waits a little and pays once',
  async () => {
    const before = await sales.books();
    await sales.panel.fault('Card dispenser', 'card-dead-once', true);
    await sales.kiosk.signContract(sales.planId);
    await sales.kiosk.reads(
      french('payment.preparing.title'),
      french('payment.preparing.lead'),
      french('payment.preparing.feeding'),
    );
    await sales.askedToPay();
    await sales.panel.fault('Card dispenser', 'jam-on-present-once', true);
    await sales.panel.press('Bank approves');
    sales.kiosk.begin();
    await sales.kiosk.reads(french('take-card.finishing'), french('take-card.finishing-lead'));
    await sales.takeCard();
    expect(sales.kiosk.wasRead).not.toContain(french('payment.preparing.title'));
    await sales.kiosk.leaveWithoutPaper();
    expect(await sales.books()).toEqual(served(before));
  },
  saleLimitMs,
);

it(
  '[I2] no card can be made after payment: says that the money is given back',
  async () => {
    const before = await sales.books();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.fault('Card dispenser', 'empty', true);
    await sales.panel.fault('Card dispenser', 'card-dead', true);
    await sales.panel.press('Bank approves');
    await sales.kiosk.reads(french('payment.checking.title'), french('payment.checking.lead'));
    await sales.kiosk.reads(
      french('trouble.card-not-made'),
      french('trouble.money.given-back', { amount: sales.amount }),
      french('trouble.now.given-back'),
      french('slip.printed.right'),
    );
    await sales.kiosk.picture('given-back');
    await sales.panel.fault('Card dispenser', 'card-dead', false);
    await sales.kiosk.press('finish');
    await sales.kiosk.reads(
      french('attract.stop.title'),
      french('attract.stop.cards-sold-out'),
      french('attract.stop.advice'),
    );
    await sales.kiosk.picture('cards-sold-out');
    await sales.panel.fault('Card dispenser', 'empty', false);
    await sales.kiosk.reads(french('attract.start'));
    expect(await sales.books()).toEqual({ ...before, cancelled: before.cancelled + 1 });
  },
  saleLimitMs,
);

it(
  '[I2] no card can be made and the money cannot go back: says what the club owes; a case is open at the base',
  async () => {
    const before = await sales.books();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.fault('Card dispenser', 'card-dead', true);
    await sales.panel.fault('Payment terminal', 'out-of-order', true);
    await sales.panel.press('Bank approves');
    await sales.kiosk.reads(
      french('trouble.paid-no-card'),
      french('trouble.money.owed-to-you', { amount: sales.amount }),
      french('trouble.now.owed-to-you'),
      french('slip.printed.right'),
    );
    await sales.kiosk.picture('money-owed');
    await sales.panel.fault('Card dispenser', 'card-dead', false);
    await sales.panel.fault('Payment terminal', 'out-of-order', false);
    await sales.kiosk.leave();
    await sales.kiosk.reads(french('attract.start'));
    expect(await sales.books()).toEqual({ ...served(before), cases: [...before.cases, 'refund-failed'] });
  },
  saleLimitMs,
);

it(
  '[I11] no paper: said before anybody begins; the note stands on the screen instead',
  async () => {
    const before = await sales.books();
    await sales.panel.fault('Receipt printer', 'paper-out', true);
    await sales.kiosk.reads(french('attract.no-paper'));
    await sales.kiosk.picture('no-paper-before');
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.press('Bank approves');
    await sales.takeCard();
    await sales.kiosk.reads(
      french('receipt.no-paper'),
      french('receipt.lead', { amount: sales.amount }),
      french('note.title'),
      french('note.words'),
    );
    await sales.kiosk.picture('no-paper-note');
    await sales.kiosk.press('receipt-none');
    await sales.kiosk.reads(
      french('welcome.guests', { count: 1 }),
      french('welcome.guests-photo', { count: 1 }),
    );
    await sales.kiosk.picture('no-paper-guest-code');
    await sales.panel.press('Put in a new roll');
    await sales.kiosk.leave();
    expect(await sales.books()).toEqual(served(before));
  },
  saleLimitMs,
);

it(
  '[I11] paper ends in the middle of the receipt: says so, shows the note, prints the original once',
  async () => {
    const before = await sales.books();
    await sales.kiosk.signContract(sales.planId);
    await sales.askedToPay();
    await sales.panel.press('Bank approves');
    await sales.takeCard();
    await sales.kiosk.reads(french('receipt.question'), french('receipt.lead', { amount: sales.amount }));
    await sales.kiosk.picture('receipt-question');
    await sales.panel.fault('Receipt printer', 'paper-out-mid-print', true);
    await sales.kiosk.press('receipt-paper');
    await sales.kiosk.reads(
      french('receipt.failed'),
      french('receipt.failed-note', { amount: sales.amount }),
      french('note.title'),
      french('common.continue'),
    );
    await sales.kiosk.picture('paper-ended');
    const reference = /Référence (\S+)\./.exec(sales.kiosk.wasRead)?.[1] ?? 'none was read';
    await sales.panel.press('Put in a new roll');
    await sales.kiosk.reads(french('receipt.again'), french('receipt.go-on'));
    await sales.kiosk.picture('paper-is-back');
    await sales.kiosk.press('receipt-paper');
    await sales.kiosk.at('welcome');
    const originals = await sales.wholeReceipts(reference);
    expect(originals).toHaveLength(1);
    expect(originals[0]).not.toContain('DUPLICATA');
    await sales.kiosk.leave();
    expect(await sales.books()).toEqual(served(before));
  },
  saleLimitMs,
);
