import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BridgePerson, sampleAccount } from './bridge-person.ts';
import { TestClub } from './test-club.ts';

/** One club of real processes: the mandate from the field on the screen to the member base, and where it must not be. */
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

const compact = sampleAccount.iban.replaceAll(' ', '');
/** However it is written: as typed, compact, or the middle of it, which no mask leaves. */
const traces = [sampleAccount.iban, compact, compact.slice(6, 22)];

/** Databases take files away while others look. */
function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Files of the club, logs and databases included, in which the account stands in clear. */
function filesWithTheAccount(): readonly string[] {
  return readdirSync(club.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const bytes = bytesOf(path);
      return traces.some((trace) => bytes.includes(trace) || bytes.includes(Buffer.from(trace, 'utf16le')));
    });
}

async function pay(): Promise<void> {
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  await club.panel.world('take-card', {});
  await person.sees('receipt');
}

async function leave(): Promise<void> {
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  await person.sees('welcome');
  await person.say({ type: 'finish' });
  await person.sees('attract');
}

const everythingAtBase = () => club.until(async () => (await club.health()).outboxLeft === 0);

it('[Q10] [Q12] [I8] signs a mandate that reaches the base sealed, and leaves no whole IBAN on disk, in a log or a view', async () => {
  await person.answerAll(0, sampleAccount);
  const { answers, asksAccount } = await person.sees('check');
  expect(asksAccount).toBe(true);
  expect(answers.account).toEqual({ kind: 'iban', maskedIban: 'FR76 •••• 189', holder: 'Aïcha Benoît' });
  await person.say({ type: 'confirm-answers' });
  await person.say({ type: 'contract-read' });
  const { text } = await person.sees('mandate');
  const reference = /[0-9A-HJKMNP-TV-Z]{26}/.exec(text.join(' '))?.[0] ?? '';
  for (const words of ['FR76\u00a0••••\u00a0189', 'FR72ZZZ123456', 'Cadence Lyon SAS', '8 semaines']) {
    expect(text.join(' ')).toContain(words);
  }
  await person.say({ type: 'mandate-read' });
  expect((await person.sees('sign')).withMandate).toBe(true);
  await person.say({ type: 'choose-language', language: 'en' });
  await person.sees('contract');
  await person.say({ type: 'choose-language', language: 'fr' });
  await person.say({ type: 'contract-read' });
  await person.say({ type: 'mandate-read' });
  await person.sees('sign');
  await person.say({ type: 'sign', signature: { kind: 'typed', text: 'Aïcha Benoît' } });
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  expect(filesWithTheAccount()).toEqual([]);
  await pay();
  expect((await person.sees('receipt')).withMandate).toBe(true);

  await person.say({ type: 'print-contract' });
  await person.sees('receipt', ({ contractCopy }) => contractCopy === 'printed');
  const { papers } = await club.panel.club();
  const { lines } = await club.panel.paper(Math.max(...papers.map(({ index }) => index)));
  const paper = lines.join(' ');
  for (const words of ['Copie du contrat', 'Copie du mandat', reference, 'FR76 **** 189']) {
    expect(paper).toContain(words);
  }
  await leave();

  await everythingAtBase();
  const inForce = { status: 'in-force', reference, creditorId: 'FR72ZZZ123456', maskedIban: 'FR76 •••• 189' };
  await club.until(async () => (await club.facts.mandates()).at(-1)?.status === 'in-force');
  expect((await club.facts.mandates()).at(-1)).toMatchObject(inForce);
  expect(await club.facts.cases()).not.toContain('mandate-missing');
  expect(filesWithTheAccount()).toEqual([]);
  for (const view of person.views) for (const trace of traces) expect(view).not.toContain(trace);
}, 120_000);

it('[Q11] goes on without an IBAN, signs no mandate, and tells staff', async () => {
  const before = (await club.facts.mandates()).length;
  await person.signContract(0, { kind: 'later' });
  await pay();
  expect((await person.sees('receipt')).withMandate).toBe(false);
  await leave();
  await everythingAtBase();
  await club.until(async () => (await club.facts.cases()).includes('mandate-missing'));
  expect(await club.facts.mandates()).toHaveLength(before);
}, 120_000);

it('[Q8] tells what is wrong at the field, takes a changed account, and forgets all of it when the visit is left', async () => {
  await person.answerAll(0, { kind: 'later' });
  await person.say({ type: 'change-answer', screen: 'iban' });
  await person.sees('iban');
  await person.say({
    type: 'give-account',
    account: { ...sampleAccount, iban: sampleAccount.iban.replace('189', '188') },
  });
  const { problems } = await person.sees('iban', (screen) => screen.problems.length > 0);
  expect(problems).toEqual([{ field: 'iban', problem: 'wrong-check' }]);
  await person.say({ type: 'give-account', account: sampleAccount });
  await person.sees('check', ({ answers }) => answers.account.kind === 'iban');
  await person.say({ type: 'finish' });
  await person.sees('attract');
  expect(filesWithTheAccount()).toEqual([]);
}, 60_000);

it('[I8] keeps the account out of the disk over a power cut at the payment, and the mandate in the sale', async () => {
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.until(async () => (await club.device('terminal')).view.phase === 'waiting-card');
  club.kill('edge');
  await person.loses();
  await club.until(async () => (await club.healthOrNull()) !== null);
  expect(filesWithTheAccount()).toEqual([]);
  person = await club.person();
  await club.presentCard('decline');
  await person.sees('payment', ({ phase }) => phase.name === 'not-paid');
  await person.say({ type: 'pay-again' });
  await pay();
  expect((await person.sees('receipt')).withMandate).toBe(true);
  await leave();
  await everythingAtBase();
  await club.until(async () => (await club.facts.mandates()).at(-1)?.status === 'in-force');
  expect(filesWithTheAccount()).toEqual([]);
}, 120_000);
