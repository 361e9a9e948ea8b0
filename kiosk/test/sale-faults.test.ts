import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { BridgePerson } from './bridge-person.ts';
import { TestClub } from './test-club.ts';

/** One club of real processes; each fault is made by hand, as from the panel, and its ending is read where it ends up. */
let club: TestClub;
let person: BridgePerson;

beforeAll(async () => {
  club = await TestClub.open();
}, 180_000);
afterAll(() => club?.close(), 60_000);

beforeEach(async () => {
  person = await club.person();
});
afterEach(() => person.leave());

async function paymentsBooked(): Promise<number> {
  const { transactions } = (await club.device('terminal')).view as {
    readonly transactions: readonly { readonly action: string; readonly done: boolean }[];
  };
  return transactions.filter(({ action, done }) => action === 'debit' && done).length;
}

async function salesAtBase(): Promise<number> {
  await club.until(async () => (await club.health()).outboxLeft === 0);
  return (await club.facts.counts()).sales;
}

/** Every paper of the club, as one text each, oldest first. */
async function papers(): Promise<readonly string[]> {
  const { papers } = await club.panel.club();
  const indexes = papers.map(({ index }) => index).sort((a, b) => a - b);
  const read = await Promise.all(indexes.map((index) => club.panel.paper(index)));
  return read.map(({ lines }) => lines.join('\n'));
}

async function takeCardAndLeave(): Promise<void> {
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  await club.panel.world('take-card', {});
  await person.sees('receipt');
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  await person.sees('welcome');
  await person.say({ type: 'finish' });
}

it('[I1] sells after a declined payment and a second card, once', async () => {
  const before = await salesAtBase();
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('decline');
  const { phase } = await person.sees('payment', (screen) => screen.phase.name === 'not-paid');
  expect(phase).toMatchObject({ name: 'not-paid', why: 'declined', nothingTaken: true });
  await person.sees(
    'payment',
    (screen) => screen.phase.name === 'not-paid' && screen.phase.slip === 'printed',
  );
  expect((await papers()).at(-1)).toContain('PAIEMENT REFUSÉ');
  await person.say({ type: 'pay-again' });
  await person.sees('payment', (screen) => screen.phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await takeCardAndLeave();
  expect(await salesAtBase()).toBe(before + 1);
}, 60_000);

it('[I10] settles a payment whose answer was lost by asking the terminal, and charges once', async () => {
  const booked = await paymentsBooked();
  const before = await salesAtBase();
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('timeout-after-approval');
  await takeCardAndLeave();
  expect(await paymentsBooked()).toBe(booked + 1);
  expect(await salesAtBase()).toBe(before + 1);
}, 60_000);

it('[I6] [I10] picks the sale up after a power cut at the payment, in front of the same customer', async () => {
  const booked = await paymentsBooked();
  const before = await salesAtBase();
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  // The terminal has heard: it waits for a card, with or without a till.
  await club.until(async () => (await club.device('terminal')).view.phase === 'waiting-card');
  club.kill('edge');
  await club.until(async () => (await club.healthOrNull()) !== null);
  person.leave();
  person = await club.person();
  await club.presentCard('decline');
  const screen = await person.sees('payment', ({ phase }) => phase.name !== 'preparing-card');
  expect(['recovering', 'checking-payment', 'not-paid']).toContain(screen.phase.name);
  await person.sees('payment', ({ phase }) => phase.name === 'not-paid');
  await person.say({ type: 'pay-again' });
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await takeCardAndLeave();
  expect(await paymentsBooked()).toBe(booked + 1);
  expect(await salesAtBase()).toBe(before + 1);
}, 90_000);

it('tells that nothing was taken when the dispenser jams before payment', async () => {
  const booked = await paymentsBooked();
  await person.sees('attract', (screen) => screen.offers.join.possible);
  await club.fault('dispenser', 'jam-on-feed', true);
  await person.signContract();
  const { what, money, faultCode } = await person.sees('trouble');
  expect({ what, money, faultCode }).toEqual({
    what: 'card-not-made',
    money: 'nothing-taken',
    faultCode: 'dispenser.card-jam',
  });
  expect(await paymentsBooked()).toBe(booked);
  await club.fault('dispenser', 'jam-on-feed', false);
  await club.panel.act('dispenser', 'clear-jam');
  await person.say({ type: 'finish' });
  await person.sees('attract', (screen) => screen.offers.join.possible);
}, 60_000);

it('[I2] gives the money back when the paid card jams on its way out', async () => {
  const before = await salesAtBase();
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.fault('dispenser', 'jam-on-present', true);
  await club.presentCard('approve');
  const { money } = await person.sees('trouble');
  expect(money).toBe('given-back');
  await person.sees('trouble', (screen) => screen.slip === 'printed');
  expect((await papers()).at(-1)).toContain('PAIEMENT RENDU');
  expect(await salesAtBase()).toBe(before);
  await club.fault('dispenser', 'jam-on-present', false);
  await person.say({ type: 'finish' });
  await person.sees('attract', (screen) => screen.offers.join.possible);
}, 90_000);

it('says before anybody begins that cards are sold out, and sells again after a refill', async () => {
  await club.fault('dispenser', 'empty', true);
  const { offers } = await person.sees('attract', (screen) => !screen.offers.join.possible);
  expect(offers.join).toEqual({
    possible: false,
    why: 'cards-sold-out',
    faultCode: 'dispenser.stacker-empty',
  });
  await person.say({ type: 'start', language: 'fr' });
  await person.sees('doors', ({ offers: now }) => !now.join.possible && now.dayEntry?.possible === true);
  expect(await person.say({ type: 'choose-door', door: 'join' })).toBe('stale');
  await person.say({ type: 'finish' });
  await club.fault('dispenser', 'empty', false);
  await person.sees('attract', (screen) => screen.offers.join.possible);
}, 60_000);

it('does not offer paper that is not there', async () => {
  await club.fault('printer', 'paper-out', true);
  await person.sees('attract', (screen) => !screen.offers.paperReceipt);
  await club.fault('printer', 'paper-out', false);
  await person.sees('attract', (screen) => screen.offers.paperReceipt);
}, 60_000);

it('[I11] shows the note when the paper ends in mid-print, and prints the whole receipt once there is a new roll', async () => {
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  await club.panel.world('take-card', {});
  const { note, saleReference } = await person.sees('receipt', ({ phase }) => phase === 'asking');
  expect(note?.text).toContain(saleReference);
  await club.fault('printer', 'paper-out-mid-print', true);
  await person.say({ type: 'choose-receipt', receipt: 'paper' });
  const failed = await person.sees('receipt', ({ phase }) => phase === 'failed');
  expect(failed.note).toEqual(note);
  expect((await papers()).at(-1)).not.toContain('TOTAL TTC');
  await club.panel.act('printer', 'new-roll');
  await person.sees('receipt', ({ paperPossible }) => paperPossible);
  await person.say({ type: 'choose-receipt', receipt: 'paper' });
  await person.sees('welcome');
  const printed = (await papers()).filter(
    (text) => text.includes(saleReference) && text.includes('TOTAL TTC'),
  );
  expect(printed).toHaveLength(1);
  expect(printed[0]).not.toContain('DUPLICATA');
  await person.say({ type: 'finish' });
}, 90_000);

it('[I11] asks the same customer after a power cut in mid-print, and prints a duplicate', async () => {
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  await club.panel.world('take-card', {});
  const { note, saleReference } = await person.sees('receipt', ({ phase }) => phase === 'asking');
  await club.fault('printer', 'paper-out-mid-print', true);
  const before = (await papers()).length;
  void person.say({ type: 'choose-receipt', receipt: 'paper' });
  await club.until(async () => (await papers()).length > before);
  club.kill('edge');
  await club.until(async () => (await club.healthOrNull()) !== null);
  person.leave();
  await club.panel.act('printer', 'new-roll');
  person = await club.person();
  const unknown = await person.sees(
    'receipt',
    ({ phase, paperPossible }) => phase === 'unknown' && paperPossible,
  );
  expect(unknown.note).toEqual(note);
  await person.say({ type: 'choose-receipt', receipt: 'paper' });
  await person.sees('welcome');
  const whole = (await papers()).filter((text) => text.includes(saleReference) && text.includes('TOTAL TTC'));
  // A printer prints what it had taken in before the cut once it has paper again: a first one may be whole too.
  expect(whole.at(-1)).toContain('DUPLICATA 1');
  expect(whole.filter((text) => !text.includes('DUPLICATA')).length).toBeLessThanOrEqual(1);
  expect(whole.filter((text) => text.includes('DUPLICATA'))).toHaveLength(1);
  await person.say({ type: 'finish' });
}, 90_000);

it('prints one copy of the contract that was signed, and then the receipt', async () => {
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  await club.panel.world('take-card', {});
  const { saleReference } = await person.sees('receipt', ({ contractCopy }) => contractCopy === 'offered');
  await person.say({ type: 'print-contract' });
  await person.sees('receipt', ({ contractCopy }) => contractCopy === 'printing');
  expect(await person.say({ type: 'choose-receipt', receipt: 'paper' })).toBe('stale');
  await person.sees('receipt', ({ contractCopy }) => contractCopy === 'printed');
  expect(await person.say({ type: 'print-contract' })).toBe('stale');
  const copies = (await papers()).filter((text) => text.includes('Copie du contrat'));
  expect(copies).toHaveLength(1);
  expect(copies[0]).toContain(saleReference);
  expect(copies[0]).toContain('Aïcha Benoît');
  await person.say({ type: 'choose-receipt', receipt: 'paper' });
  await person.sees('welcome');
  await person.say({ type: 'finish' });
}, 90_000);

it('takes joining off the screen while the cable of the terminal is out', async () => {
  await club.fault('terminal', 'cable-pulled', true);
  const { offers } = await person.sees('attract', (screen) => !screen.offers.join.possible);
  expect(offers.join).toMatchObject({ why: 'terminal' });
  await club.fault('terminal', 'cable-pulled', false);
  await person.sees('attract', (screen) => screen.offers.join.possible);
}, 90_000);

it('[I8] forgets the visitor when the visit ends', async () => {
  await person.enter('join', 'en');
  const { plans } = await person.sees('plan');
  await person.say({ type: 'choose-plan', planId: plans[0]?.planId ?? '' });
  await person.say({ type: 'give-name', givenName: 'Secret', familyName: 'Person' });
  const visitId = person.view?.visitId;
  await person.say({ type: 'finish' });
  await person.sees('attract');
  expect(person.view?.visitId).not.toBe(visitId);
  expect(JSON.stringify(person.view)).not.toContain('Secret');
}, 30_000);

it('[J6] brings a call for staff to the base, where the staff page shows it, and forgets it with the next visit', async () => {
  const before = (await club.facts.cases()).filter((kind) => kind === 'staff-called').length;
  await person.say({ type: 'call-staff', reason: 'help' });
  expect(person.view?.staffCall).toBe('sent');
  await club.until(
    async () => (await club.facts.cases()).filter((kind) => kind === 'staff-called').length === before + 1,
  );
  await person.enter('join');
  await person.sees('plan');
  expect(person.view?.staffCall).toBe('none');
  await person.say({ type: 'finish' });
}, 30_000);
