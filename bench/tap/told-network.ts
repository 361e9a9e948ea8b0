import { openPolicy } from '@portillon/core/access/access-policy.ts';
import type { Clock } from '@portillon/core/base/clock.ts';
import {
  type ClubId,
  type CredentialId,
  type EdgeId,
  type Id,
  idBytes,
  type NetworkId,
  newId,
  type PlanId,
} from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import type { EntryClaims } from '@portillon/core/crypto/entry-claims.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import { encodePassGrant } from '@portillon/core/crypto/pass-grant.ts';
import { passCodeText, passStepAt, passToSign } from '@portillon/core/crypto/pass-layout.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import { encodeTicket } from '@portillon/core/crypto/ticket.ts';
import { edgeKeyToSign, type FeedRecord } from '@portillon/core/wire/messages.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { cardKeysOf } from '@portillon/kiosk/edge/card-keys-of.ts';
import { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import { ReaderKeys } from '@portillon/kiosk/store/reader-keys.ts';
import { sampleClub, sampleCredential, samplePlan } from '@portillon/kiosk/store/test/sample-records.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';

const allDay: [string, string][] = [['00:00', '24:00']];
const dayMs = 86_400_000;

/**
 * A network as a member base would tell it to a gate controller, and everything that its members carry: cards, phones,
 * papers, old badges. Written into the edge's own store while the edge does not run.
 */
export class ToldNetwork {
  readonly #clock: Clock;
  readonly #networkId: NetworkId;
  readonly #clubId: ClubId;
  readonly #planId: PlanId;
  readonly #network = newSigningKeyPair();
  /** The kiosk that sold everything. */
  readonly #seller = newSigningKeyPair();
  readonly #sellerId: EdgeId;
  readonly #cardKey = { version: 1, read: newKey(), write: newKey() };
  readonly #records: FeedRecord[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#networkId = this.#newId();
    this.#clubId = this.#newId();
    this.#planId = this.#newId();
    this.#sellerId = this.#newId();
    const signature = signBytes(
      this.#network.privateKey,
      edgeKeyToSign(this.#sellerId, this.#clubId, this.#seller.publicKey, 'active'),
    );
    this.#records.push(
      {
        kind: 'club',
        id: this.#clubId,
        record: sampleClub({
          capacity: 100_000,
          policy: { ...openPolicy, uidBadges: true },
          hours: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, allDay])),
        }),
      },
      { kind: 'plan', id: this.#planId, record: samplePlan() },
      {
        kind: 'edge-key',
        id: this.#sellerId,
        record: {
          clubId: this.#clubId,
          publicKey: this.#seller.publicKey,
          status: 'active',
          signature: toBase64url(signature),
        },
      },
    );
  }

  /** A card of a member whom the book knows, with its grant, as it comes out of a dispenser. */
  async card(): Promise<DesfireSimCard> {
    const uid = Buffer.from(Uint8Array.of(0x04, ...systemRandom.bytes(6)))
      .toString('hex')
      .toUpperCase();
    const credentialId = this.#member({ cardUid: uid });
    const card = new DesfireSimCard({ uid, random: systemRandom, generation: 'ev2' });
    const encoder = () => {
      card.powerOff();
      return new ClubCard({
        channel: {
          uid: bytesOfHex(uid),
          transmit: async (apdu) => ({ ok: true, value: card.answer(apdu) ?? new Uint8Array(0) }),
        },
        keys: cardKeysOf({
          cardKey: { version: 1, key: this.#cardKey.read },
          cardKeys: { current: 1, versions: [this.#cardKey] },
        }),
        randomBytes: systemRandom.bytes,
      });
    };
    const grant = encodeGrant(
      { ...this.#claims(credentialId), cardUid: bytesOfHex(uid) },
      this.#seller.privateKey,
    );
    for (const done of [
      await encoder().stage(idBytes(credentialId)),
      await encoder().writeGrant(idBytes(credentialId), grant),
    ])
      if (!done.ok) throw new Error(`the card cannot be made: ${done.error.detail}`);
    return card;
  }

  /** The number of a badge from before, which the book knows. */
  badge(): string {
    const number = Buffer.from(Uint8Array.of(0x04, ...systemRandom.bytes(6)))
      .toString('hex')
      .toUpperCase();
    this.#member({ cardUid: number, uidOnly: true });
    return number;
  }

  /**
   * The code that a phone shows now: each time another one, of which the gate has never heard. It verifies the grant of
   * the seller and then the phone's own signature, which is the longer way.
   */
  passCode(): string {
    const { publicKey, privateKey } = newSigningKeyPair();
    const claims = { ...this.#claims(this.#newId<'credential'>()), publicKey };
    const signed = passToSign(
      encodePassGrant(claims, this.#seller.privateKey),
      passStepAt(this.#clock.wallMs()),
    );
    return passCodeText('pass', signed, signBytes(privateKey, signed));
  }

  /** A day entry on paper that nobody has used. */
  ticketCode(): string {
    return encodeTicket(
      { ...this.#claims(this.#newId<'credential'>()), singleUse: true },
      this.#seller.privateKey,
    );
  }

  /** Fills the folder of an edge that does not run. `readerKeys`: of the OSDP line, by their place in the configuration. */
  async tellEdge(folder: string, readerKeys: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const { read, version } = this.#cardKey;
    const identity: EdgeIdentity = {
      edgeId: this.#newId<'edge'>(),
      networkId: this.#networkId,
      clubId: this.#clubId,
      networkKey: this.#network.publicKey,
      sealKey: newKey(32),
      cardKey: { version, key: read },
      cardKeys: { current: version, versions: [{ version, read }] },
      epoch: 1,
      privateKey: newSigningKeyPair().privateKey,
    };
    const opened = await EdgeStore.open({
      folder,
      clock: this.#clock,
      random: systemRandom,
      log: silentLog,
    });
    if (!opened.ok) throw new Error(`the store of the edge: ${opened.error.detail}`);
    const store = opened.value;
    try {
      await store.saveIdentity(identity);
      const changes = this.#records.map((change, index) => ({ version: index + 1, change }));
      await store.applyFeed(changes, changes.length, this.#clock.wallMs());
      const keys = new ReaderKeys(store.keys);
      for (const [place, key] of Object.entries(readerKeys)) {
        await keys.writeNext(place, key);
        await keys.nextBecomesCurrent(place);
      }
    } finally {
      await store.close();
    }
  }

  #member(over: Parameters<typeof sampleCredential>[0]): CredentialId {
    const credentialId = this.#newId<'credential'>();
    const { planId, homeClubId, validFromMs } = this.#claims(credentialId);
    const record = sampleCredential({
      memberId: this.#newId<'member'>(),
      planId,
      homeClubId,
      validFrom: new Date(validFromMs).toISOString(),
      ...over,
    });
    this.#records.push({ kind: 'credential', id: credentialId, record });
    return credentialId;
  }

  #claims(credentialId: CredentialId): EntryClaims {
    return {
      networkId: this.#networkId,
      issuerEdgeId: this.#sellerId,
      credentialId,
      planId: this.#planId,
      homeClubId: this.#clubId,
      scope: 'network',
      validFromMs: Math.floor(this.#clock.wallMs() / dayMs) * dayMs - dayMs,
      validToMs: null,
    };
  }

  #newId<Kind extends string>(): Id<Kind> {
    return newId<Kind>(this.#clock, systemRandom);
  }
}

function newKey(byteCount = 16): string {
  return toBase64url(systemRandom.bytes(byteCount));
}
