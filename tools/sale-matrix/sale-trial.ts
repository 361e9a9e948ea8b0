import type { Log } from '@portillon/core/base/log.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import type { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { flawOfLines } from '@portillon/core/sale/flaw-of-lines.ts';
import { askAgainMs } from '@portillon/core/sale/sale-machine.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import type { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { readSale, type SaleInProgress } from '@portillon/kiosk/edge/kiosk/sale-in-progress.ts';
import { SaleRunner } from '@portillon/kiosk/edge/kiosk/sale-runner.ts';
import type { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import type { FiscalJournal } from '@portillon/kiosk/store/fiscal-journal.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { ModelDispenser } from './model-dispenser.ts';
import { ModelTerminal, type TerminalFamily } from './model-terminal.ts';
import { type TrialProduct, trialProducts } from './trial-products.ts';
import { type TrialPlan, TrialScript } from './trial-script.ts';

export interface TrialSurroundings {
  /** One store for all trials: its journal and outbox grow as a kiosk's do. */
  readonly store: EdgeStore;
  readonly journal: FiscalJournal;
  readonly identity: EdgeIdentity;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly log: Log;
}

export interface TrialOutcome {
  readonly script: TrialScript;
  readonly ending: string;
  /** Promises that did not hold, in words with their number; empty in a correct program. */
  readonly violations: readonly string[];
}

const hourMs = 3_600_000;
/** More turns than any sale needs: one that takes longer is stuck. */
const turnLimit = 400;
/** In the file on the card, as hex: the length of the grant, after version and credential id. */
const grantLengthAt = [34, 38] as const;

/** One sale in a world that goes as planned, with the power cut where planned, and what came of it. */
export async function saleTrial(
  product: TrialProduct,
  family: TerminalFamily,
  plan: TrialPlan,
  around: TrialSurroundings,
): Promise<TrialOutcome> {
  const { store } = around;
  const cardChance = new SeededRandom(7);
  const script = new TrialScript(plan);
  const terminal = new ModelTerminal(family, script);
  terminal.approvesOffline = product === 'beyond the offline limit';
  const dispenser = new ModelDispenser(script, cardChance);
  const sale = await trialProducts[product](around);
  const firstSeq = await store.outbox.count();
  const handed: string[] = [];
  const ticket = { isLeft: false };
  await store.saveVisit(sale.visitId, JSON.stringify(sale));

  let ended = await runUntilCut(sale, 'begin', { ...around, script, terminal, dispenser, handed, ticket });
  for (let starts = 1; ended === 'power gone' && starts <= plan.cuts.length; starts++) {
    script.restarted();
    terminal.letGo();
    dispenser.whileDark();
    if (script.choose('dark', ['for a moment', 'for an hour']) === 'for an hour') {
      await around.clock.advance(hourMs);
    }
    const found = await store.visits.visitInFlight();
    if (!found) break;
    const saved = readSale(found.json);
    // As the kiosk does at its start: what has ended is only cleared away.
    ended = saved.state.name === 'ended' ? saved.state.ending : ended;
    if (ended !== 'power gone') break;
    ended = await runUntilCut(saved, 'resume', { ...around, script, terminal, dispenser, handed, ticket });
  }
  await store.write((tx) => store.clearVisit(tx, sale.visitId));
  const events = (await store.outbox.after(firstSeq, 50)).map(({ body }) => JSON.parse(body) as EventBody);
  return {
    script,
    ending: ended,
    violations: violationsOf({
      ended,
      events,
      takings: (await around.journal.takingsOf(sale.saleId)).map(({ type }) => type),
      terminal,
      withCustomer: withTheCustomer(sale, dispenser, handed),
      opens: dispenser.taken.filter(carriesGrant).length,
      sale,
    }),
  };
}

interface World extends TrialSurroundings {
  readonly script: TrialScript;
  readonly terminal: ModelTerminal;
  readonly dispenser: ModelDispenser;
  /** Ids of the sales whose ticket came out, one for each time. */
  readonly handed: string[];
  /** Whether the customer leaves the ticket that only the screen has (SA81). */
  readonly ticket: { isLeft: boolean };
}

/** The ending of the sale, `power gone`, or `stuck`. */
async function runUntilCut(sale: SaleInProgress, how: 'begin' | 'resume', world: World): Promise<string> {
  const { script, terminal, dispenser, clock, identity, log } = world;
  let ending: string | null = null;
  const powerGone = new Promise<'power gone'>((resolve) => script.onPowerGone(() => resolve('power gone')));
  let saysNotPaid = false;
  const runner = new SaleRunner(
    {
      store: storeWithMoments(world.store, script),
      journal: () => world.journal,
      identity,
      terminal,
      dispenser,
      clock,
      random: world.random,
      log,
      onProgress: ({ name }) => {
        saysNotPaid = name === 'not-paid';
      },
      onEnded: ({ state }) => {
        ending = state.name === 'ended' ? state.ending : state.name;
      },
      onEvent: () => undefined,
      takeCardMs: 180_000,
      mayTakeOffline: () => !terminal.approvesOffline,
      renewCard: async () => {
        const renewed = script.choose('renew card', ['renewed', 'did not come']) === 'renewed';
        await script.moment('after renewing');
        return renewed;
      },
      handTicket: async () => {
        await script.moment('before ticket');
        // What is not a member's is on the screen that follows in any case.
        const isMembers = sale.shape.goods === 'bridge';
        const came = isMembers
          ? script.choose('ticket', ['on paper', 'not printed', 'not printed, left'])
          : 'on paper';
        const onPaper = came === 'on paper';
        world.ticket.isLeft = came === 'not printed, left';
        if (onPaper) world.handed.push(sale.saleId);
        await script.moment('after ticket');
        return onPaper;
      },
      showTicket: async () => {
        if (!world.ticket.isLeft) world.handed.push(sale.saleId);
        await script.moment('after the screen');
        return world.ticket.isLeft ? 'not-taken' : 'taken';
      },
    },
    sale,
  );
  if (how === 'begin') runner.begin();
  else runner.resume();
  for (let turn = 0; turn < turnLimit; turn++) {
    const cut = await Promise.race([runner.idle().then(() => null), powerGone]);
    if (cut !== null) return cut;
    if (ending !== null) return ending;
    if (saysNotPaid) {
      saysNotPaid = false;
      const wish = script.choose('customer', ['gives up', 'pays again']);
      runner.send({ type: wish === 'gives up' ? 'give-up' : 'pay-again' });
    } else {
      await clock.advance(askAgainMs);
    }
  }
  await runner.stop();
  return 'stuck';
}

/** The store as the runner sees it: the power may go before or after each transaction, and recording may fail. */
function storeWithMoments(store: EdgeStore, script: TrialScript): EdgeStore {
  const sales = new Proxy(store.sales, {
    get(target, key) {
      if (key !== 'saveSale') return bound(target, key);
      return async (...args: Parameters<typeof target.saveSale>) => {
        if (script.choose('record', ['recorded', 'fails', 'fails-always']) !== 'recorded') {
          throw new StoreFault('store.failed', 'the disk does not take it');
        }
        return target.saveSale(...args);
      };
    },
  });
  return new Proxy(store, {
    get(target, key) {
      if (key === 'sales') return sales;
      if (key !== 'write') return bound(target, key);
      return async (...args: Parameters<typeof target.write>) => {
        await script.moment('before write');
        const written = await target.write(...args);
        await script.moment('after write');
        return written;
      };
    },
  });
}

function bound<Target extends object>(target: Target, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === 'function' ? value.bind(target) : value;
}

interface Found {
  readonly ended: string;
  readonly events: readonly EventBody[];
  /** Kinds of the fiscal records of this sale. */
  readonly takings: readonly string[];
  readonly terminal: ModelTerminal;
  /** Cards taken out of the machine, or how often the ticket was handed over. */
  readonly withCustomer: number;
  /** Cards outside that carry a grant. */
  readonly opens: number;
  readonly sale: SaleInProgress;
}

/** What the bank, the customer and the books hold in the end, against the invariants. */
function violationsOf({ ended, events, takings, terminal, withCustomer, opens, sale }: Found): string[] {
  const count = (type: EventBody['type']) => events.filter((event) => event.type === type).length;
  const cases = count('case.opened');
  const { shape, totalCents } = sale;
  const recorded = events.filter((event) => 'totalCents' in event).length;
  const booksHold = recorded - count('sale.cancelled');
  const moved = (shape.money === 'out' ? -1 : 1) * terminal.takenCents;
  // Where nothing is paid, the bank holds as much as it should.
  const bankHolds = shape.money === 'none' ? booksHold : moved / totalCents;
  const kind = shape.money === 'out' ? 'AVOIR' : 'VENTE';
  const inJournal = shape.money === 'none' ? 0 : recorded;
  const blocked = count('credential.blocked') + count('sale.cancelled') > 0;
  const wrong: string[] = [];
  const must = (holds: boolean, words: string) => {
    if (!holds)
      wrong.push(`${words} (ended ${ended}, bank ${bankHolds}, books ${booksHold}, cases ${cases})`);
  };
  must(ended !== 'stuck' && ended !== 'power gone', 'every sale ends');
  must(bankHolds === 0 || bankHolds === 1, 'I10 nobody is charged twice');
  must(booksHold === 0 || booksHold === 1, 'I1 a sale is in the books once');
  must(
    takings.filter((type) => type === kind).length === inJournal &&
      takings.filter((type) => type !== kind).length === recorded - booksHold,
    'I1 the fiscal journal holds one record of each sale, and one of each cancellation',
  );
  must(bankHolds === booksHold || cases > 0, 'I1 the books hold what the bank holds, or a case is open');
  must(
    bankHolds === 0 || withCustomer > 0 || cases > 0,
    'I2 money is kept only with the card handed over, or a case is open',
  );
  must(opens === 0 || blocked || bankHolds === 1, 'I6 no card that opens a gate is out and not paid for');
  must(cases <= 1, 'one case says what is owed');
  must(
    events.every((event) => !('lines' in event) || flawOfLines(event.lines, event.totalCents) === null),
    'W-PUSH-16 the lines that are told agree with themselves',
  );
  must(
    !terminal.approvesOffline || (terminal.takenCents === 0 && recorded === 0),
    'SA42 nothing is booked beyond the limit',
  );
  must(
    ended !== 'served' || (bankHolds === 1 && booksHold === 1 && served(sale, withCustomer, opens)),
    'served means paid, recorded and handed over',
  );
  must(
    ended !== 'not-charged' || (bankHolds === 0 && booksHold === 0 && opens === 0),
    'not charged means that nobody has anything',
  );
  must(
    ended !== 'given-back' || (bankHolds === 0 && booksHold === 0 && terminal.payments === 1),
    'given back means that it was taken once',
  );
  must(
    !['card-owed', 'money-owed', 'in-doubt', 'card-out'].includes(ended) || cases === 1,
    'what is owed to somebody is a case',
  );
  return wrong;
}

/** What came out for the customer; where nothing is to be handed over there is nothing to wait for. */
function withTheCustomer(
  { shape }: SaleInProgress,
  dispenser: ModelDispenser,
  handed: readonly string[],
): number {
  switch (shape.goods) {
    case 'card':
      return dispenser.taken.length;
    case 'ticket':
    case 'bridge':
      return handed.length;
    case 'none':
      return 1;
  }
}

/** One card, which opens; a ticket may be printed again after a power cut: it opens once however many there are. */
function served({ shape }: SaleInProgress, withCustomer: number, opens: number): boolean {
  return shape.goods === 'card' ? withCustomer === 1 && opens === 1 : withCustomer >= 1;
}

function carriesGrant(card: DesfireSimCard): boolean {
  const file = card.memory().applications[0]?.files[0]?.hex;
  return file !== undefined && file.slice(...grantLengthAt) !== '0000';
}
