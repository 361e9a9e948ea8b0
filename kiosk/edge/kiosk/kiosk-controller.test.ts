import type { CredentialId } from '@portillon/core/base/ids.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { keyRequestToSign, passCodeText } from '@portillon/core/crypto/pass-layout.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleCredential, sampleId, samplePlan } from '../../store/test/sample-records.ts';
import type { ClaimOutcome } from './code-entry.ts';
import { KioskRig } from './test/kiosk-rig.ts';
import { sampleSale } from './test/sample-sale.ts';
import { UnaskedSlip } from './unasked-slip.ts';

/** A visit ends while something that it asked for is still under way: whoever comes next is shown nothing of it. */
const memberCard = sampleId<'credential'>(40) as CredentialId;
const payment = {
  means: 'bank-card',
  reference: 'P1',
  maskedPan: '************4869',
  scheme: 'CB',
  authorisation: 'A1',
  terminalContract: null,
} as const;
let rig: KioskRig;

beforeEach(async () => {
  rig = await KioskRig.open();
});
afterEach(() => rig.close());

/** Nothing of the store is written from here on, until the answer is called. */
function slowDisk(): () => void {
  const { store } = rig;
  const write = store.write.bind(store);
  let goOn: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  store.write = (work) => slow.then(() => write(work));
  return () => {
    store.write = write;
    goOn();
  };
}

/** Nobody touches the screen any more. */
async function timesOut(): Promise<void> {
  await rig.clock.advance(211_000);
  expect(rig.shown()?.name).toBe('attract');
}

async function toPass(): Promise<void> {
  const account = {
    membershipId: sampleId<'membership'>(41),
    planId: sampleId<'plan'>(20),
    planFrom: '2026-11-01T00:00:00.000Z',
    validTo: null,
    status: 'active' as const,
    debts: [],
  };
  await rig.told({ kind: 'credential', id: memberCard, record: sampleCredential({ account }) });
  await rig.kiosk.start();
  await rig.holdsCard(memberCard);
  await rig.until(() => rig.shown()?.name === 'account');
  expect(await rig.kiosk.receive({ type: 'open-pass' })).toEqual({ outcome: 'done' });
}

function keyRequest(): string {
  const phone = newSigningKeyPair();
  const signed = keyRequestToSign(fromBase64url(phone.publicKey));
  return passCodeText('keyRequest', signed, signBytes(phone.privateKey, signed));
}

it('[I8] [PS13] shows the code of a pass to nobody once the visit is over', async () => {
  await toPass();
  const goOn = slowDisk();
  const enrolled = rig.kiosk.receive({ type: 'enrol-pass', requestText: keyRequest() });
  await timesOut();
  const after = rig.views.length;
  goOn();
  await enrolled;
  expect(rig.log.entries).toContainEqual(expect.objectContaining({ event: 'kiosk.pass-enrolled' }));
  await rig.kiosk.receive({ type: 'start', language: 'en' });
  expect(rig.shown()?.name).toBe('doors');
  expect(rig.views.slice(after).map(({ screen }) => screen.name)).toEqual(['doors']);
});

it('[I8] says nothing to the next visitor of a code that the base answers late', async () => {
  await rig.kiosk.start();
  for (const said of ['unknown', 'elsewhere'] as const) {
    let answer: (said: ClaimOutcome) => void = () => undefined;
    const asked = new Promise<void>((isAsked) => {
      rig.claimOrder = () => {
        isAsked();
        return new Promise((resolve) => {
          answer = resolve;
        });
      };
    });
    await rig.kiosk.receive({ type: 'start', language: 'fr' });
    await rig.kiosk.receive({ type: 'choose-door', door: 'code' });
    const given = rig.kiosk.receive({ type: 'give-code', code: '00421337' });
    await asked;
    await timesOut();
    answer(said);
    expect(await given).toEqual({ outcome: 'stale' });
    expect(rig.shown()?.name).toBe('attract');
  }
  await rig.kiosk.receive({ type: 'start', language: 'fr' });
  await rig.kiosk.receive({ type: 'choose-door', door: 'code' });
  expect(rig.shown()).toMatchObject({ name: 'code', problem: null, triesLeft: 5 });
});

it('[I8] tells the next visitor nothing of staff whom the one before has called', async () => {
  await rig.kiosk.start();
  await rig.kiosk.receive({ type: 'start', language: 'fr' });
  const goOn = slowDisk();
  const called = rig.kiosk.receive({ type: 'call-staff', reason: 'other' });
  await timesOut();
  goOn();
  expect(await called).toEqual({ outcome: 'done' });
  expect(rig.kiosk.view()).toMatchObject({ staffCall: 'none', screen: { name: 'attract' } });
});

it('[I8] begins no sale for whoever has gone while it was drawn up, and keeps nothing of it', async () => {
  const dayEntry = samplePlan({ soldAtKiosk: false, dayEntry: { priceCents: 1_200 } });
  await rig.told({ kind: 'plan', id: sampleId(21), record: dayEntry });
  await rig.kiosk.start();
  await rig.kiosk.receive({ type: 'start', language: 'fr' });
  await rig.kiosk.receive({ type: 'choose-door', door: 'day-entry' });
  const goOn = slowDisk();
  const bought = rig.kiosk.receive({ type: 'buy-day-entry', planId: sampleId(21) });
  await timesOut();
  goOn();
  await bought;
  await rig.until(() => rig.kiosk.isQuiet);
  expect(rig.shown()?.name).toBe('attract');
  expect(await rig.store.visits.visitInFlight()).toBeNull();
});

it('[I8] [SA24] lets nobody begin before the question about a paper that was interrupted stands there', async () => {
  const { store, clock } = rig;
  const sale = await sampleSale(store, { clock, random: new SeededRandom(6) }, { payment });
  const state = { name: 'ended', ending: 'served', why: null } as const;
  await store.saveVisit(sale.visitId, JSON.stringify({ ...sale, state }));
  const started = rig.kiosk.start();
  let isStarted = false;
  void started.then(() => {
    isStarted = true;
  });
  while (!isStarted) {
    expect(await rig.kiosk.receive({ type: 'start', language: 'fr' })).toEqual({ outcome: 'stale' });
    expect(rig.kiosk.view()?.screen.name ?? 'receipt').toBe('receipt');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  expect(rig.shown()).toMatchObject({ name: 'receipt', phase: 'asking' });
  expect(await rig.kiosk.receive({ type: 'start', language: 'fr' })).toEqual({ outcome: 'stale' });
});

it('[I8] [SA81] ends the sale of a ticket before the visit of whoever leaves while a phone and the kiosk read each other', async () => {
  const { store, clock, kiosk } = rig;
  const { card, ...drawn } = await sampleSale(store, { clock, random: new SeededRandom(6) }, { payment });
  const { cardUid: _none, ...handed } = card;
  const bridge = { ...handed, text: 'PT1.sample', ticketToMs: clock.wallMs() + 86_400_000 };
  const state = { name: 'showing-ticket', paid: { slip: null }, onPaper: false };
  const shape = { goods: 'bridge', money: 'in' };
  await store.saveVisit(drawn.visitId, JSON.stringify({ ...drawn, shape, card: null, bridge, state }));
  await kiosk.start();
  await rig.until(() => rig.shown()?.name === 'your-ticket');
  expect(await kiosk.receive({ type: 'open-pass' })).toEqual({ outcome: 'done' });
  expect(rig.shown()?.name).toBe('pass');
  expect(await kiosk.receive({ type: 'finish' })).toEqual({ outcome: 'done' });
  await rig.until(() => rig.shown()?.name === 'trouble');
  expect(rig.shown()).toMatchObject({ what: 'ticket-owed' });
  const told = (await store.outbox.after(0, 9)).map(({ body }) => JSON.parse(body));
  expect(told).toMatchObject([{ type: 'case.opened', kind: 'hand-over-card' }]);
  await kiosk.receive({ type: 'finish' });
  expect([rig.shown()?.name, kiosk.isQuiet]).toEqual(['attract', true]);
});

it('[I8] says nothing of a slip that came out once the screen had gone on', async () => {
  let changes = 0;
  const slip = new UnaskedSlip({ log: rig.log, onChange: () => changes++ });
  let printed: (result: 'printed') => void = () => undefined;
  const printing = new Promise<'printed'>((resolve) => {
    printed = resolve;
  });
  slip.watch(printing);
  slip.forget();
  printed('printed');
  await printing;
  expect([slip.state, changes]).toEqual(['none', 0]);
  slip.watch(Promise.resolve('not-printed'));
  await Promise.resolve();
  expect(slip.state).toBe('not-printed');
});
