import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { fiscalRulesOf } from '@portillon/core/journal/fiscal-rules-of.ts';
import { deviceBecomes, isReady } from '@portillon/drivers/device-becomes.ts';
import { EscPosPrinter } from '@portillon/drivers/printer/escpos/escpos-printer.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import { EscPosSim } from '@portillon/hardware-sims/printer/escpos/escpos-sim.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import { fiscalRegistrations } from '../../store/fiscal-registrations.ts';
import { PaperTrail } from './paper-trail.ts';
import { cancelledSale, receiptMarksOf, recordedDuplicate, recordedSale } from './sale-records.ts';
import { sampleSale } from './test/sample-sale.ts';

/** A club in Madrid sells: real store and journal, a simulated printer at the end of a real line. */
const surroundings = { clock: systemClock, random: systemRandom, log: silentLog };
const till = 'mad-1';
const club: ClubRecord = {
  name: 'Cadence Madrid Retiro',
  legalEntity: {
    id: newId(systemClock, systemRandom),
    name: 'Cadence Madrid SL',
    address: 'Calle de Alcalá 1, 28009 Madrid',
    siret: 'B00000001',
    vatNumber: 'ESB00000001',
  },
  timeZone: 'Europe/Madrid',
  capacity: 100,
  hours: {},
  staffPhone: null,
  mediator: 'Mediación, Madrid',
};

let folder: string;
let store: EdgeStore;
let journal: FiscalJournal;
let sim: EscPosSim;
let printer: EscPosPrinter;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'madrid-'));
  const opened = await EdgeStore.open({ folder: join(folder, 'state'), ...surroundings });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  const books = await store.openJournal({
    est: club.legalEntity.siret,
    till,
    timeZone: club.timeZone,
    software: { version: '0.1.0', perimeter: '' },
    rules: fiscalRulesOf(club.legalEntity, till),
  });
  if (!books.ok) throw new Error(books.error.detail);
  journal = books.value;
  sim = new EscPosSim({ name: 'printer', clock: systemClock, rowMs: 1 });
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  printer = new EscPosPrinter({ ...surroundings, transport: transport.value, paperMm: 80 });
  printer.start();
  await deviceBecomes(printer, isReady);
});

afterEach(async () => {
  await printer.stop();
  await sim.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

it('[FJ29] a sale is registered, its receipt begins with the code and the words of the AEAT, its cancellation is an anulación', async () => {
  const drawnUp = await sampleSale(store, surroundings);
  const sale = {
    ...drawnUp,
    card: drawnUp.card && { ...drawnUp.card, cardUid: '04112233445566' },
    payment: {
      means: 'bank-card' as const,
      reference: 'ABCD2345P1',
      maskedPan: '************4869',
      scheme: 'VISA',
      authorisation: '123456',
      terminalContract: null,
    },
  };
  const facts = (tx: Parameters<typeof recordedSale>[0]['tx']) => ({
    tx,
    store,
    journal,
    sale,
    atMs: systemClock.wallMs(),
    newCaseId: () => newId<'case'>(systemClock, systemRandom),
  });
  await store.write((tx) => recordedSale(facts(tx)));
  const trail = new PaperTrail({
    ...surroundings,
    config: { name: till },
    store,
    printer,
    software: 'portillon-edge 0.1.0',
    club: () => club,
    fiscalOf: (saleId) => receiptMarksOf(journal, saleId),
    recordDuplicate: (saleId) => recordedDuplicate({ store }, journal, saleId),
    onEvent: () => undefined,
  });
  expect(await trail.print(sale)).toMatchObject({ receipt: 'printed' });

  const [alta] = await store.write((tx) => fiscalRegistrations.after(tx, 0, 10));
  const date = alta?.text.match(/FechaExpedicionFactura=([\d-]+)/)?.[1] ?? '';
  const address = `https://www2.agenciatributaria.gob.es/wlpl/TIKE-CONT/ValidarQR?nif=B00000001&numserie=mad-1-1&fecha=${date}&importe=${(sale.totalCents / 100).toFixed(2)}`;
  const [paper] = sim.paper();
  expect(paper?.qr).toEqual([address]);
  const lines = (paper?.lines ?? []).filter((line) => line.trim() !== '');
  expect(lines[0]).toBe('QR tributario:');
  const at = (text: string) => lines.findIndex((line) => line.includes(text));
  expect(at('Factura verificable en la sede')).toBeGreaterThan(0);
  expect(at('VERI*FACTU')).toBeLessThan(at('Cadence Madrid SL'));
  expect(lines).toContain('NIF B00000001');
  expect(lines.join('\n')).not.toMatch(/SIRET|Signature/);
  expect(lines).toContainEqual(expect.stringMatching(/^N° de reçu +mad-1-1$/));
  const note = await trail.note(sale);
  expect(note).toMatch(/^NOTE mad-1-1, /);
  expect(note).toContain(`QR tributario: ${address}`);

  await store.write((tx) => cancelledSale(facts(tx), 'ABCD2345R1'));
  const all = await store.write((tx) => fiscalRegistrations.after(tx, 0, 10));
  expect(all.map(({ kind, takingNo }) => [kind, takingNo])).toEqual([
    ['alta', 1],
    ['anulacion', 2],
  ]);
  expect(await store.books.check(new AbortController().signal)).toMatchObject({ broken: null });
});
