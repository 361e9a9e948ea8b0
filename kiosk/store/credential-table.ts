import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { type CredentialId, idBytes, idFromBytes, isId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { CredentialPacking, PackedKeys } from './credential-packing.ts';
import { CredentialShard, hashOf, idBytesLength } from './credential-shard.ts';

export interface KnownCredential {
  readonly credentialId: CredentialId;
  readonly record: CredentialRecord;
}

/** A power of two: of a million records each holds 16,000, and is written anew in two milliseconds. */
const shardCount = 64;

/**
 * All credentials of the network in memory, a million in about a hundred megabytes: as packed bytes, not as objects. A
 * lookup unpacks the one record that it finds. Decision 0030.
 */
export class CredentialTable {
  readonly #packing: CredentialPacking;
  readonly #shards: readonly CredentialShard[];

  constructor(packing: CredentialPacking) {
    this.#packing = packing;
    this.#shards = Array.from({ length: shardCount }, () => new CredentialShard(packing));
  }

  get size(): number {
    return this.#shards.reduce((sum, { size }) => sum + size, 0);
  }

  get byteLength(): number {
    return this.#shards.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  get(credentialId: string): CredentialRecord | null {
    if (!isId(credentialId)) return null;
    const id = bytesOfId(credentialId);
    const hash = hashOf(id, 0, idBytesLength);
    const shard = this.#shardOf(hash);
    const offset = shard.offsetOf(id, hash);
    return offset < 0 ? null : shard.recordAt(offset);
  }

  set(credentialId: string, record: CredentialRecord): void {
    const packed = this.#packing.pack(record);
    this.setPacked(bytesOfId(credentialId), packed, 0, packed.length);
  }

  /** `id` in 16 bytes; `bytes` from `start` to `end` as `CredentialPacking` wrote them. */
  setPacked(id: Buffer, bytes: Buffer, start: number, end: number): void {
    const hash = hashOf(id, 0, idBytesLength);
    this.#shardOf(hash).put(id, hash, bytes, start, end);
  }

  delete(credentialId: string): void {
    const id = bytesOfId(credentialId);
    const hash = hashOf(id, 0, idBytesLength);
    this.#shardOf(hash).delete(id, hash);
  }

  /** By the number of a chip in upper-case hex. Of several, one that is active comes first, then the one made last. */
  byChip(cardUid: string): KnownCredential | null {
    return best(this.#all('chip', cardUid));
  }

  /** By the SHA-256 in hex of what an old code says; of several, as `byChip`. */
  byCode(codeHash: string): KnownCredential | null {
    return best(this.#all('code', codeHash));
  }

  /** In the order of their ids, which is that of time. */
  ofMember(memberId: string): readonly KnownCredential[] {
    return this.#all('member', memberId).sort((one, other) =>
      one.credentialId < other.credentialId ? -1 : 1,
    );
  }

  #all(name: keyof PackedKeys, text: string): KnownCredential[] {
    const key = this.#packing.key(name, text);
    const hash = hashOf(key, 0, key.length);
    const found: KnownCredential[] = [];
    for (const shard of this.#shards) {
      shard.each(name, key, hash, (offset) => {
        found.push({
          credentialId: idFromBytes<'credential'>(shard.idAt(offset)),
          record: shard.recordAt(offset),
        });
      });
    }
    return found;
  }

  #shardOf(hash: number): CredentialShard {
    const shard = this.#shards[hash >>> 26];
    invariant(shard, 'six bits name a shard');
    return shard;
  }
}

export function bytesOfId(credentialId: string): Buffer {
  invariant(isId(credentialId), 'a credential has a UUID');
  return Buffer.from(idBytes(credentialId as CredentialId));
}

/** As `hex()` of SQLite writes it. */
export function idOfHex(hex: string): string {
  const text = hex.toLowerCase();
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}

function best(found: readonly KnownCredential[]): KnownCredential | null {
  const rank = ({ credentialId, record }: KnownCredential) =>
    `${record.status === 'active' ? 1 : 0}${credentialId}`;
  return found.reduce<KnownCredential | null>(
    (first, each) => (first === null || rank(each) > rank(first) ? each : first),
    null,
  );
}
