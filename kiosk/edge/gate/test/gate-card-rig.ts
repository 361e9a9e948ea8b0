import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessDecision, AccessFacts } from '@portillon/core/access/access-facts.ts';
import { decide } from '@portillon/core/access/access-rule.ts';
import type { Zone } from '@portillon/core/access/zones.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import {
  type ClubId,
  type CredentialId,
  type EdgeId,
  idBytes,
  type NetworkId,
  type PlanId,
} from '@portillon/core/base/ids.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import type { GrantClaims } from '@portillon/core/crypto/grant.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import { type CardKeysTold, edgeKeyToSign, type FeedRecord } from '@portillon/core/wire/messages.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import type { DesfireGeneration } from '@portillon/hardware-sims/card/desfire/desfire-generation.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { EdgeStore } from '../../../store/edge-store.ts';
import { RecordedLog } from '../../../store/test/recorded-log.ts';
import {
  networkKeys,
  sampleClub,
  sampleId,
  sampleIdentity,
  samplePlan,
} from '../../../store/test/sample-records.ts';
import { cardKeysOf } from '../../card-keys-of.ts';
import { gatherFacts } from '../gather-facts.ts';
import { InFlight } from '../in-flight.ts';
import { type Presented, presentedCard } from '../presented-credential.ts';

const random = new SeededRandom(7);
export const uid = '04A1B2C3D4E5F6';
export const credentialId: CredentialId = sampleId(70);
const planId: PlanId = sampleId(20);
/** The kiosk that sells, in good standing; and one that was stolen. */
export const seller = newSigningKeyPair();
export const sellerId: EdgeId = sampleId(50);
export const stolen = newSigningKeyPair();
export const stolenId: EdgeId = sampleId(51);

const key = (byte: number) => toBase64url(new Uint8Array(16).fill(byte));
export const firstKeys: CardKeysTold = {
  current: 1,
  versions: [{ version: 1, read: key(1), write: key(2) }],
};
export const secondKeys: CardKeysTold = {
  current: 2,
  versions: [...firstKeys.versions, { version: 2, read: key(3), write: key(4) }],
};
export const readOnly = (keys: CardKeysTold): CardKeysTold => ({
  ...keys,
  versions: keys.versions.map(({ version, read }) => ({ version, read })),
});

/** A gate controller's: it reads cards and writes none. */
export const identity: EdgeIdentity = { ...sampleIdentity(), cardKeys: readOnly(firstKeys) };
const clubId = identity.clubId as ClubId;
/** Monday, noon in the club. */
export const nowMs = Date.parse('2026-11-23T11:00:00.000Z');

export const claims = (over: Partial<GrantClaims> = {}): GrantClaims => ({
  networkId: identity.networkId as NetworkId,
  issuerEdgeId: sellerId,
  credentialId,
  planId,
  homeClubId: clubId,
  scope: 'network',
  validFromMs: Date.parse('2026-11-01T00:00:00.000Z'),
  validToMs: null,
  cardUid: bytesOfHex(uid),
  ...over,
});

/** The card on an antenna of ours, afresh. */
export function channelTo(card: SimCard): CardChannel {
  card.powerOff();
  return {
    uid: bytesOfHex(card.uid),
    transmit: async (apdu) => {
      const answer = card.answer(apdu);
      return answer ? ok(answer) : err(fault('card.gone', 'taken away'));
    },
  };
}

/** What a kiosk holds to a card. */
export function atKiosk(channel: CardChannel, keys = firstKeys): ClubCard {
  return new ClubCard({
    channel,
    keys: cardKeysOf({ cardKey: identity.cardKey, cardKeys: keys }),
    randomBytes: (count) => random.bytes(count),
  });
}

/** A card that a kiosk has sold with this grant. */
export async function cardWith(
  grant: Uint8Array,
  generation: DesfireGeneration = 'ev2',
): Promise<DesfireSimCard> {
  const card = new DesfireSimCard({ uid, random, generation });
  for (const done of [
    await atKiosk(channelTo(card)).stage(idBytes(credentialId)),
    await atKiosk(channelTo(card)).writeGrant(idBytes(credentialId), grant),
  ]) {
    if (!done.ok) throw new Error(done.error.detail);
  }
  return card;
}

/** A gate with a member book that knows its club, a plan and two edges, and no credential. */
export class GateCardRig {
  readonly log: RecordedLog;
  readonly store: EdgeStore;
  readonly #folder: string;
  #version = 0;

  private constructor(store: EdgeStore, log: RecordedLog, folder: string) {
    this.store = store;
    this.log = log;
    this.#folder = folder;
  }

  static async open(zones: readonly Zone[] = []): Promise<GateCardRig> {
    const folder = await mkdtemp(join(tmpdir(), 'portillon-gate-'));
    const log = new RecordedLog();
    const clock = new VirtualClock(nowMs);
    const opened = await EdgeStore.open({ folder: join(folder, 'edge'), zones, clock, random, log });
    if (!opened.ok) throw new Error(opened.error.detail);
    await opened.value.saveIdentity(identity);
    const rig = new GateCardRig(opened.value, log, folder);
    await rig.told([
      { kind: 'club', id: clubId, record: sampleClub() },
      { kind: 'plan', id: planId, record: samplePlan() },
      edgeKey(sellerId, seller.publicKey, 'active'),
      edgeKey(stolenId, stolen.publicKey, 'revoked'),
    ]);
    return rig;
  }

  async close(): Promise<void> {
    await this.store.close();
    await rm(this.#folder, { recursive: true });
  }

  told(records: readonly FeedRecord[]): Promise<void> {
    const changes = records.map((change) => ({ version: ++this.#version, change }));
    return this.store.applyFeed(changes, this.#version, nowMs);
  }

  present(channel: CardChannel, as: EdgeIdentity = identity): Promise<Presented | null> {
    return presentedCard(channel, { identity: as, book: this.store.book, log: this.log });
  }

  decided(shown: Presented, atMs = nowMs, clock?: AccessFacts['clock']): AccessDecision {
    const club = this.store.book.club(clubId);
    if (!club) throw new Error('the club is not in the book');
    return decide(
      gatherFacts(shown, club, {
        store: this.store,
        clubId,
        nowMs: atMs,
        ...(clock ? { clock } : {}),
        inFlight: new InFlight(),
      }),
    );
  }

  /** Why grants were not believed, as the log says it. */
  get problems(): readonly unknown[] {
    const entries = this.log.entries.filter(({ event }) => event === 'gate.grant-not-trusted');
    return entries.map(({ fields }) => fields.problem);
  }
}

export function edgeKey(id: string, publicKey: string, status: 'active' | 'revoked'): FeedRecord {
  const signature = signBytes(networkKeys.privateKey, edgeKeyToSign(id, clubId, publicKey, status));
  return {
    kind: 'edge-key',
    id,
    record: { clubId, publicKey, status, signature: toBase64url(signature) },
  };
}
