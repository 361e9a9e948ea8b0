import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import { newId, type SaleId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { noAnswers } from '@portillon/core/sale/answers.ts';
import type { SaleState } from '@portillon/core/sale/sale-state.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import { deviceBecomes, isReady } from '@portillon/drivers/device-becomes.ts';
import { EscPosPrinter } from '@portillon/drivers/printer/escpos/escpos-printer.ts';
import { PrinterWithSpare } from '@portillon/drivers/printer/printer-with-spare.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import { EscPosSim } from '@portillon/hardware-sims/printer/escpos/escpos-sim.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import { contractText } from '../documents/contract-text.ts';
import { mandateText } from '../documents/mandate-text.ts';
import { sampleContract, sampleMandate, samplePlace, sampleSale } from '../documents/test/sample-facts.ts';
import { PaperTrail, type PaperTrailOptions } from './paper-trail.ts';
import type { CardMembershipSale, SaleInProgress } from './sale-in-progress.ts';
import { recordedDuplicate, recordedSale } from './sale-records.ts';
import { sampleJournal, sampleSale as signedSale } from './test/sample-sale.ts';

/** Real store, driver and TCP line; simulated printers of both widths at the other end. */
const surroundings = { clock: systemClock, random: systemRandom, log: silentLog };
const id = <Kind extends string>() => newId<Kind>(systemClock, systemRandom);

let folder: string;
let store: EdgeStore;
let sims: { wide: EscPosSim; narrow: EscPosSim };
let printer: EscPosPrinter;
let spare: EscPosPrinter;

const club: ClubRecord = {
  name: 'Cadence Lyon Part-Dieu',
  legalEntity: { id: id(), ...samplePlace('fr').seller },
  timeZone: 'Europe/Paris',
  capacity: 100,
  hours: {},
  staffPhone: '04 72 00 00 00',
  mediator: 'Médiation, Paris',
};

function driver(sim: EscPosSim, paperMm: 58 | 80): EscPosPrinter {
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  return new EscPosPrinter({
    clock: systemClock,
    log: silentLog,
    transport: transport.value,
    paperMm,
    answerLimitMs: 600,
    printLimitMs: 3_000,
    pollMs: 50,
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'paper-trail-'));
  const opened = await EdgeStore.open({ folder: join(folder, 'state'), ...surroundings });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  sims = {
    wide: new EscPosSim({ name: 'printer', clock: systemClock, rowMs: 1 }),
    narrow: new EscPosSim({ name: 'spare', clock: systemClock, rowMs: 1, paperMm: 58 }),
  };
  await Promise.all([sims.wide.start(), sims.narrow.start()]);
  printer = driver(sims.wide, 80);
  spare = driver(sims.narrow, 58);
  printer.start();
  spare.start();
  await Promise.all([deviceBecomes(printer, isReady), deviceBecomes(spare, isReady)]);
});

afterEach(async () => {
  await Promise.all([printer.stop(), spare.stop()]);
  await Promise.all([sims.wide.stop(), sims.narrow.stop()]);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function paperTrail(options: Partial<PaperTrailOptions> = {}): PaperTrail {
  return new PaperTrail({
    ...surroundings,
    config: { name: 'borne-1' },
    store,
    printer,
    software: 'portillon-edge 0.1.0',
    club: () => club,
    onEvent: () => undefined,
    ...options,
  });
}

function sold(changes: Partial<CardMembershipSale> = {}): CardMembershipSale {
  const { lines, totalCents, payment } = sampleSale('fr');
  const [memberId, planId] = [id<'member'>(), id<'plan'>()];
  return {
    version: 2,
    product: 'membership',
    shape: { goods: 'card', money: 'in' },
    practice: null,
    visitId: id(),
    language: 'fr',
    answers: { ...noAnswers, givenName: 'Marie', familyName: 'Lefebvre' },
    saleId: id(),
    saleReference: 'K7QM-2F9C',
    legalEntityId: id(),
    clubId: id(),
    memberId,
    membershipId: id(),
    planId,
    card: {
      credentialId: id(),
      cardUid: '04112233445566',
      memberId,
      planId,
      planScope: 'network',
      validFromMs: systemClock.wallMs(),
      validToMs: null,
    },
    personDigest: 'a',
    photoDigest: null,
    contractDigest: 'b',
    contract: null,
    lines,
    lineWords: [],
    totalCents,
    agreedAtMs: systemClock.wallMs(),
    savedAtMs: systemClock.wallMs(),
    tickets: [],
    state: { name: 'ended', ending: 'served', why: '' },
    tried: [],
    payment,
    fiscal: null,
    ...changes,
  };
}

const marksOn = (sim: EscPosSim) =>
  sim.paper().map(({ lines, cut }) => ({
    cut,
    marks: lines.filter((line) => /^(DUPLICATA|SIMULATION)/.test(line)),
  }));
const original = { cut: true, marks: [] };
const duplicate = (n: number) => ({ cut: true, marks: [`DUPLICATA ${n}`, `DUPLICATA ${n}`] });

async function settled(sale: SaleInProgress): Promise<readonly string[]> {
  const events = (await store.outbox.after(0, 100)).map(({ body }) => JSON.parse(body) as EventBody);
  return events.flatMap((event) =>
    event.type === 'receipt.settled' && event.saleId === sale.saleId ? [event.receipt] : [],
  );
}

async function fillUp(): Promise<void> {
  for (let piece = 0; piece < 2_000; piece++) {
    await store.recordIntent({ kind: 'fill', subject: id(), detail: {} });
  }
}

describe('[I11] a receipt', () => {
  it('is an original once; every print after it is a numbered duplicate, after a restart too', async () => {
    const { payment, state, card } = sold();
    const sale = await signedSale(store, surroundings, { payment, state, card });
    const journal = await sampleJournal(store);
    await store.write((tx) =>
      recordedSale({ tx, store, journal, sale, atMs: sale.agreedAtMs, newCaseId: id }),
    );
    const recordDuplicate = (saleId: SaleId) => recordedDuplicate({ store }, journal, saleId);
    const trail = () => paperTrail({ recordDuplicate });
    expect(await trail().print(sale)).toEqual({ receipt: 'printed', tickets: true });
    await trail().print(sale);
    await trail().print(sale);
    expect(marksOn(sims.wide)).toEqual([original, duplicate(1), duplicate(2)]);
    expect((await journal.heads()).find(({ chain }) => chain === 'D')?.no).toBe(2);
    await paperTrail().print(sold());
    expect(marksOn(sims.wide).at(-1)).toEqual(original);
  });

  it('that surely did not come out whole is printed again as the original', async () => {
    const sale = sold();
    await sims.wide.act('fault', { name: 'paper-out-mid-print', on: true });
    expect(await paperTrail().print(sale)).toMatchObject({ receipt: 'not-printed' });
    await sims.wide.act('new-roll');
    await deviceBecomes(printer, isReady);
    expect(await paperTrail().print(sale)).toMatchObject({ receipt: 'printed' });
    const [torn, ...whole] = marksOn(sims.wide);
    expect(torn?.marks).toEqual([]);
    expect(sims.wide.paper()[0]?.lines.join('\n')).not.toContain('TOTAL');
    expect(whole).toEqual([original]);
  });

  it('of which nobody knows whether it came out is printed again as a duplicate', async () => {
    const sale = sold();
    await sims.wide.act('fault', { name: 'power-off-mid-print', on: true });
    expect(await paperTrail().print(sale)).toMatchObject({ receipt: 'unknown' });
    await sims.wide.act('fault', { name: 'power-off', on: false });
    await deviceBecomes(printer, isReady);
    expect(await paperTrail().print(sale)).toMatchObject({ receipt: 'printed' });
    expect(marksOn(sims.wide).at(-1)).toEqual(duplicate(1));
  });

  it('that was being printed when the edge lost power is not known, and a duplicate afterwards', async () => {
    const sale = sold();
    await store.recordIntent({ kind: 'print.receipt', subject: sale.saleId, detail: { copyNo: 0 } });
    const after = paperTrail();
    expect(await after.resume(sale)).toBe('interrupted');
    expect(await store.intents.unfinishedIntents()).toEqual([]);
    expect(await after.resume(sale)).toBe('printed');
    await after.print(sale);
    expect(marksOn(sims.wide)).toEqual([duplicate(1)]);
    expect(await after.resume(sold())).toBe('none');
  });

  it('is not printed when the disk cannot hold its intent', async () => {
    const sale = sold();
    await store.write((tx) => tx.get('PRAGMA max_page_count = 1'));
    await expect(fillUp()).rejects.toMatchObject({ fault: { code: 'store.full' } });
    expect(await paperTrail().print(sale)).toEqual({ receipt: 'not-printed', tickets: false });
    expect(sims.wide.paper()).toEqual([]);
  });
});

describe('a spare printer', () => {
  const both = () => paperTrail({ printer: new PrinterWithSpare({ printer, spare }) });

  it.each(['paper-out', 'cover-open-mid-print'])(
    'prints what the first surely did not, on its own width (%s)',
    async (name) => {
      await sims.wide.act('fault', { name, on: true });
      const sale = sold();
      expect(await both().print(sale)).toMatchObject({ receipt: 'printed' });
      expect(marksOn(sims.narrow)).toEqual([original]);
      expect(sims.narrow.paper()[0]?.lines).toContainEqual(expect.stringMatching(/^TOTAL TTC +54,90 €$/));
      await both().print(sale);
      expect(marksOn(sims.narrow)).toEqual([original, duplicate(1)]);
    },
  );

  it('[I11] stays silent when the first may have printed', async () => {
    await sims.wide.act('fault', { name: 'power-off-mid-print', on: true });
    const sale = sold();
    const trail = both();
    expect(await trail.print(sale)).toMatchObject({ receipt: 'unknown' });
    expect(sims.narrow.paper()).toEqual([]);
    expect(await trail.print(sale)).toMatchObject({ receipt: 'printed' });
    expect(marksOn(sims.narrow)).toEqual([duplicate(1)]);
  });

  it('names the fault of the first when neither prints, and is ready while either is', async () => {
    const pair = new PrinterWithSpare({ printer, spare });
    await sims.wide.act('fault', { name: 'paper-out', on: true });
    await deviceBecomes(printer, (state) => state.status === 'faulted');
    expect(pair.state).toEqual({ status: 'ready' });
    await sims.narrow.act('fault', { name: 'cover-open', on: true });
    await deviceBecomes(pair, (state) => state.status === 'faulted');
    expect(await pair.print([{ kind: 'rule' }])).toMatchObject({
      kind: 'not-printed',
      fault: { code: 'printer.paper-out' },
    });
  });
});

describe('a slip that nobody asked for', () => {
  const notPaid = (attempt: number): SaleInProgress => {
    const state: SaleState = { name: 'not-paid', attempt, why: 'declined', reason: 'refused', cardsTried: 1 };
    return { ...sold(), state, payment: null };
  };

  it('comes out once for each payment that was declined or cancelled, after a restart too', async () => {
    const sale = notPaid(1);
    expect(await paperTrail().slipOfNotPaid(sale, 'declined')).toBe('printed');
    expect(await paperTrail().slipOfNotPaid(sale, 'declined')).toBeNull();
    const again = { ...sale, state: { ...sale.state, attempt: 2 } as SaleState };
    expect(await paperTrail().slipOfNotPaid(again, 'cancelled')).toBe('printed');
    expect(sims.wide.paper().map(({ lines }) => lines.find((line) => line.startsWith('PAIEMENT')))).toEqual([
      'PAIEMENT REFUSÉ',
      'PAIEMENT ANNULÉ',
    ]);
  });

  it('does not come out where no card was shown', async () => {
    for (const why of ['timed-out', 'terminal-unreachable', 'busy'] as const) {
      expect(await paperTrail().slipOfNotPaid(notPaid(1), why)).toBeNull();
    }
    expect(sims.wide.paper()).toEqual([]);
  });

  it.each([
    ['given-back', 'PAIEMENT RENDU'],
    ['money-owed', 'Le club vous doit ce montant. Il vous sera'],
    ['card-owed', 'Votre abonnement est actif. Le club vous doit'],
    ['in-doubt', 'Le terminal n’a pas dit si ce montant a été pris.'],
  ] as const)('tells after a sale that ended %s what is true of the money', async (ending, words) => {
    const begun: string[] = [];
    const trail = paperTrail({ onSlipBegun: () => begun.push(ending) });
    expect(await trail.slipOfEnding(sold(), ending)).toBe('printed');
    expect(begun).toEqual([ending]);
    const [paper] = sims.wide.paper();
    expect(paper?.lines.join('\n')).toContain(words.slice(0, 40));
    expect(paper?.lines.join('\n')).toContain('K7QM-2F9C');
  });

  it('is told as not printed when there is no printer', async () => {
    expect(await paperTrail({ printer: null }).slipOfEnding(sold(), 'money-owed')).toBe('not-printed');
  });
});

describe('the electronic note', () => {
  it('is made from the facts of the receipt, with what the journal says', async () => {
    const fiscalOf = () => Promise.resolve({ number: '12', signatureMark: 'FUCC', authority: null });
    const trail = paperTrail({ fiscalOf });
    const sale = sold({ practice: { operator: id() } });
    const note = await trail.note(sale);
    expect(note).toMatch(/^SIMULATION\nNOTE 12, borne borne-1\nCadence Lyon SAS/);
    expect(note).toContain('Client Marie Lefebvre');
    await trail.print(sale);
    expect(marksOn(sims.wide)).toEqual([{ cut: true, marks: ['SIMULATION', 'SIMULATION'] }]);
    expect(sims.wide.paper()[0]?.lines).toContainEqual(expect.stringMatching(/^Signature +FUCC$/));
  });

  it('is given when the journal cannot be read, and keeps nobody waiting when it cannot be made', async () => {
    const fiscalOf = () => Promise.reject(new Error('disk'));
    expect(await paperTrail({ fiscalOf }).note(sold())).toMatch(/^NOTE, borne borne-1\n/);
    expect(await paperTrail({ club: () => null }).note(sold())).toBeNull();
  });
});

describe('the copy of the contract', () => {
  const signed = (language: 'fr' | 'en' = 'fr') => {
    const facts = sampleContract(language);
    return sold({ contract: { facts, textSha256: sha256Hex(contractText(facts).join('\n')) } });
  };
  const signedMandate = () => {
    const facts = sampleMandate('fr');
    const textSha256 = sha256Hex(mandateText(facts).join('\n'));
    return { kind: 'signed', facts, textSha256, digest: null, signer: 'Zoë Martin' } as const;
  };
  /** Without line ends and spaces: paper folds a paragraph anywhere. */
  const folded = (lines: readonly string[]) => lines.join('').replaceAll(/\s/g, '');

  it('is marked as a copy, says word for word what was signed, and comes out once a visit', async () => {
    const sale = signed();
    expect(await paperTrail().contractCopy(sale)).toBe('offered');
    expect(await paperTrail().printContractCopy(sale)).toBe('printed');
    expect(await paperTrail().contractCopy(sale)).toBe('printed');
    expect(await paperTrail().printContractCopy(sale)).toBe('printed');
    const [paper, ...others] = sims.wide.paper();
    expect(others).toEqual([]);
    expect(paper?.lines).toContain('Copie du contrat');
    const onPaper = folded(paper?.lines ?? []);
    for (const paragraph of contractText(sampleContract('fr'))) {
      expect(onPaper).toContain(folded([paragraph.replace(/^# /, '')]));
    }
    expect(onPaper).toContain('K7QM-2F9C');
  });

  it('brings the mandate that was signed with it on the same paper, word for word', async () => {
    const mandate = signedMandate();
    expect(await paperTrail().printContractCopy({ ...signed(), mandate })).toBe('printed');
    const [paper, ...others] = sims.wide.paper();
    expect(others).toEqual([]);
    expect(paper?.lines).toContain('Copie du mandat');
    const onPaper = folded(paper?.lines ?? []);
    for (const paragraph of mandateText(mandate.facts)) {
      expect(onPaper).toContain(folded([paragraph.replace(/^# /, '').replaceAll('•', '*')]));
    }
    expect(onPaper).toContain(folded(['Signé à l’écran par Zoë Martin']));
  });

  it('is not to be had where the mandate is not worded as it was signed, and comes alone where none was', async () => {
    const reworded = { ...signedMandate(), textSha256: sha256Hex('before') };
    expect(await paperTrail().printContractCopy({ ...signed(), mandate: reworded })).toBe('none');
    expect(sims.wide.paper()).toEqual([]);
    await paperTrail().printContractCopy({ ...signed(), mandate: { kind: 'missing' } });
    expect(sims.wide.paper()[0]?.lines).not.toContain('Copie du mandat');
  });

  it('stays in the language that was signed', async () => {
    await paperTrail().printContractCopy({ ...signed('en'), language: 'fr' });
    expect(sims.wide.paper()[0]?.lines).toContain('Copy of the contract');
  });

  it('may be tried again when it surely did not come out', async () => {
    const sale = signed();
    await sims.wide.act('fault', { name: 'paper-out-mid-print', on: true });
    expect(await paperTrail().printContractCopy(sale)).toBe('failed');
    expect(await paperTrail().contractCopy(sale)).toBe('failed');
    await sims.wide.act('new-roll');
    await deviceBecomes(printer, isReady);
    expect(await paperTrail().printContractCopy(sale)).toBe('printed');
  });

  it('is not printed again by itself when nobody knows whether it came out, after a power cut too', async () => {
    const sale = signed();
    await store.recordIntent({ kind: 'print.contract-copy', subject: sale.saleId, detail: {} });
    const after = paperTrail();
    expect(await after.resume(sale)).toBe('none');
    expect(await after.contractCopy(sale)).toBe('unknown');
    expect(await after.printContractCopy(sale)).toBe('unknown');
    expect(sims.wide.paper()).toEqual([]);
  });

  it('is not to be had where the text is not the one that was signed, without a printer, or without its facts', async () => {
    const sale = signed();
    const reworded = { ...sale, contract: { facts: sampleContract('fr'), textSha256: sha256Hex('before') } };
    expect(await paperTrail().printContractCopy(reworded)).toBe('none');
    expect(await paperTrail({ printer: null }).contractCopy(sale)).toBe('none');
    expect(await paperTrail().contractCopy(sold())).toBe('none');
    expect(sims.wide.paper()).toEqual([]);
  });
});

it('the base is told what became of each print', async () => {
  const sale = sold();
  await sims.wide.act('fault', { name: 'cover-open', on: true });
  await paperTrail().print(sale);
  await sims.wide.act('fault', { name: 'cover-open', on: false });
  await deviceBecomes(printer, isReady);
  await paperTrail().print(sale);
  expect(await settled(sale)).toEqual(['failed', 'printed']);
});
