import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CredentialId, idBytes } from '@portillon/core/base/ids.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { fiscalRulesOfFrance } from '@portillon/core/journal/fiscal-rules.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { ModelTerminal } from '@portillon/tools/sale-matrix/model-terminal.ts';
import { allWell } from '@portillon/tools/sale-matrix/trial-plans.ts';
import { TrialScript } from '@portillon/tools/sale-matrix/trial-script.ts';
import type { KioskView } from '../../../bridge/view.ts';
import { EdgeStore } from '../../../store/edge-store.ts';
import { RecordedLog } from '../../../store/test/recorded-log.ts';
import { sampleClub, sampleId, samplePlan } from '../../../store/test/sample-records.ts';
import { sampleTill } from '../../../store/test/sample-takings.ts';
import { edgeConfigSchema } from '../../edge-config.ts';
import { atKiosk, channelTo, firstKeys, identity as gateIdentity } from '../../gate/test/gate-card-rig.ts';
import { JournalKeeper } from '../../journal-keeper.ts';
import type { ClaimOrder } from '../code-entry.ts';
import { KioskController } from '../kiosk-controller.ts';
import { OfflineGuard } from '../offline-guard.ts';
import { HandReaders } from './hand-readers.ts';

const identity = { ...gateIdentity, cardKeys: firstKeys };

/** A real kiosk where passes are given, with the network cut, a real store, and cards that prove themselves. */
export class KioskRig {
  readonly clock: VirtualClock;
  readonly log: RecordedLog;
  readonly store: EdgeStore;
  readonly views: KioskView[] = [];
  readonly kiosk: KioskController;
  /** What the base says of a code, where a web shop sends people here. */
  claimOrder: ClaimOrder = async () => 'unknown';
  readonly #folder: string;
  readonly #readers = new HandReaders();
  readonly #keeper: JournalKeeper;
  #version = 0;

  private constructor(
    folder: string,
    parts: { readonly clock: VirtualClock; readonly log: RecordedLog; readonly store: EdgeStore },
  ) {
    const { clock, log, store } = parts;
    this.clock = clock;
    this.log = log;
    this.store = store;
    this.#folder = folder;
    const surroundings = { clock, log, random: new SeededRandom(5) };
    this.#keeper = new JournalKeeper({
      store,
      till: sampleTill.till,
      software: sampleTill.software,
      taxpayer: () => ({ est: sampleTill.est, timeZone: 'Europe/Paris', rules: fiscalRulesOfFrance }),
      clock,
      log,
      onChange: () => undefined,
      onRecord: () => undefined,
    });
    const config = edgeConfigSchema.parse({
      name: sampleTill.till,
      stateFolder: folder,
      baseUrl: 'http://127.0.0.1:1',
      bridge: { port: 0 },
      devices: { gates: [] },
      sale: { webOrders: true },
    });
    this.kiosk = new KioskController({
      config: {
        ...config,
        screen: {
          diagonalInches: 24,
          terminalSide: 'right',
          cardSlotSide: 'right',
          receiptSlotSide: 'right',
        },
      },
      ...{ ...surroundings, store, journal: this.#keeper, printer: null, reader: this.#readers.reader },
      offlineGuard: new OfflineGuard({
        ...{ ...surroundings, store, canSettle: true },
        limits: { mostAmountCents: 1, mostCount: 1, mostAgeMs: 1 },
        onChange: () => undefined,
        onEvent: () => undefined,
      }),
      isOnline: () => false,
      claimOrder: (codeHash) => this.claimOrder(codeHash),
      askConsents: async () => null,
      terminal: new ModelTerminal('charge', new TrialScript(allWell)),
      issue: { kind: 'pass', bridgeDays: 14 },
      software: 'portillon-edge 0.1.0',
      fiscalSoftware: sampleTill.software,
      identity: () => identity,
      publish: (view) => this.views.push(view),
      onEvent: () => undefined,
    });
  }

  /** Ready to begin, with a club and a plan; `start` is still to be called. */
  static async open(): Promise<KioskRig> {
    const folder = await mkdtemp(join(tmpdir(), 'kiosk-rig-'));
    const clock = new VirtualClock(Date.parse('2026-11-23T09:00:00+01:00'));
    const log = new RecordedLog();
    const surroundings = { clock, log, random: new SeededRandom(4) };
    const opened = await EdgeStore.open({ folder: join(folder, 'edge'), ...surroundings, showsPeople: true });
    if (!opened.ok) throw new Error(opened.error.detail);
    const rig = new KioskRig(folder, { clock, log, store: opened.value });
    await rig.store.saveIdentity(identity);
    await rig.told(
      { kind: 'club', id: sampleId(3), record: sampleClub() },
      { kind: 'plan', id: sampleId(20), record: samplePlan() },
    );
    await rig.#keeper.look();
    return rig;
  }

  async close(): Promise<void> {
    await this.kiosk.stop();
    await this.#keeper.stop();
    await this.store.close();
    await rm(this.#folder, { recursive: true });
  }

  async told(...changes: FeedRecord[]): Promise<void> {
    const numbered = changes.map((change) => ({ version: ++this.#version, change }));
    await this.store.applyFeed(numbered, this.#version, this.clock.wallMs());
  }

  shown(): KioskView['screen'] | undefined {
    return this.views.at(-1)?.screen;
  }

  /** Virtual time goes on meanwhile, little by little. */
  async until(isSo: () => boolean): Promise<void> {
    for (let left = 400; left > 0 && !isSo(); left--) {
      await this.clock.advance(10);
      // Behind whatever waits to be written, however long the disk takes.
      await EdgeStore.prototype.write.call(this.store, async () => undefined);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (!isSo()) throw new Error(`shown is ${JSON.stringify(this.shown())}`);
  }

  /** Chooses "my membership", and holds a card with this credential to the reader. */
  async holdsCard(credentialId: CredentialId): Promise<void> {
    await this.kiosk.receive({ type: 'start', language: 'fr' });
    await this.kiosk.receive({ type: 'choose-door', door: 'membership' });
    const card = new DesfireSimCard({ uid: '04A1B2C3D4E5F6', random: new SeededRandom(8) });
    const staged = await atKiosk(channelTo(card)).stage(idBytes(credentialId));
    if (!staged.ok) throw new Error(staged.error.detail);
    this.#readers.cards.notify(channelTo(card), this.clock.monotonicMs());
  }
}
