import { type Zone, type ZoneId, zonesAround } from '@portillon/core/access/zones.ts';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import type { Reader, Tx } from './connection.ts';

export interface LastPassage {
  readonly direction: 'entry' | 'exit';
  readonly atMs: number;
}

interface Row extends LastPassage {
  readonly credentialId: CredentialId;
  readonly memberId: MemberId | null;
  readonly zone: ZoneId;
}

/** Nobody stays longer: a club's day at most. What is older is forgotten, here and on the disk. */
export const presenceMs = 16 * 3_600_000;

/** The last passage of somebody through the gates of each zone. */
type ByZone = Map<ZoneId, Row>;

/**
 * Who went through the gates of this edge, the last time each, by zone: all of it in memory too, since decisions wait for no
 * disk. Shows what is committed. Presence is the member's, whichever card or pass led through (AC36).
 */
export class Presence {
  readonly #read: Reader;
  readonly #zones: readonly Zone[];
  readonly #last = new Map<CredentialId, ByZone>();
  readonly #lastOfMember = new Map<MemberId, ByZone>();

  constructor(read: Reader, zones: readonly Zone[] = []) {
    this.#read = read;
    this.#zones = zones;
  }

  /** Fills the memory from the disk; once, before the first question. */
  async load(): Promise<void> {
    const rows = await this.#read.all<Row>(
      `SELECT credential_id AS credentialId, member_id AS memberId, nullif(zone, '') AS zone, direction, at_ms AS atMs
         FROM presence`,
    );
    for (const row of rows) this.#remember(row);
  }

  /**
   * In the transaction of the passage; forgets what is older than `presenceMs` on the way. `memberId` is null for a ticket
   * (AC38), and for a credential that nobody has told the member of.
   */
  async wentThrough(tx: Tx, row: Row): Promise<void> {
    const oldestMs = row.atMs - presenceMs;
    await tx.run('DELETE FROM presence WHERE at_ms < ?', [oldestMs]);
    await tx.run(
      `INSERT INTO presence (credential_id, zone, member_id, direction, at_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (credential_id, zone) DO UPDATE SET member_id = excluded.member_id, direction = excluded.direction,
         at_ms = excluded.at_ms`,
      [row.credentialId, row.zone ?? '', row.memberId, row.direction, row.atMs],
    );
    tx.onCommitted(() => {
      this.#remember(row);
      this.#dropBefore(oldestMs);
    });
  }

  /** RT8: what is too old by now, where nobody has gone through since; some of it, resolves with how much. */
  async endOld(tx: Tx, nowMs: number, atOnce: number): Promise<number> {
    const oldestMs = nowMs - presenceMs;
    const ended = await tx.run(
      `DELETE FROM presence WHERE (credential_id, zone) IN (
         SELECT credential_id, zone FROM presence WHERE at_ms < ? LIMIT ?)`,
      [oldestMs, atOnce],
    );
    if (ended > 0) tx.onCommitted(() => this.#dropBefore(oldestMs));
    return ended;
  }

  #dropBefore(oldestMs: number): void {
    for (const all of [this.#last, this.#lastOfMember] as Map<string, ByZone>[]) {
      for (const [key, byZone] of all) {
        for (const [zone, { atMs }] of byZone) if (atMs < oldestMs) byZone.delete(zone);
        if (byZone.size === 0) all.delete(key);
      }
    }
  }

  /** Another box of the club saw it (W-PEER-5): whatever is newer stays, in whatever order it is heard. */
  async heard(tx: Tx, row: Row): Promise<void> {
    await tx.run(
      `INSERT INTO presence (credential_id, zone, member_id, direction, at_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (credential_id, zone) DO UPDATE SET member_id = COALESCE(excluded.member_id, member_id),
         direction = excluded.direction, at_ms = excluded.at_ms
       WHERE excluded.at_ms > at_ms`,
      [row.credentialId, row.zone ?? '', row.memberId, row.direction, row.atMs],
    );
    tx.onCommitted(() => {
      const known = this.#last.get(row.credentialId)?.get(row.zone);
      if (!known || known.atMs < row.atMs) {
        this.#remember({ ...row, memberId: row.memberId ?? known?.memberId ?? null });
      }
    });
  }

  /** W-PURGE-2: nobody was here last. Resolves with the number of places forgotten. */
  async forget(tx: Tx, memberId: string, credentialIds: readonly string[]): Promise<number> {
    const places = await tx.run(
      'DELETE FROM presence WHERE member_id = ? OR credential_id IN (SELECT value FROM json_each(?))',
      [memberId, JSON.stringify(credentialIds)],
    );
    tx.onCommitted(() => {
      this.#lastOfMember.delete(memberId as MemberId);
      for (const [credentialId, byZone] of this.#last) {
        const isTheirs = [...byZone.values()].some((row) => row.memberId === memberId);
        if (isTheirs || credentialIds.includes(credentialId)) this.#last.delete(credentialId);
      }
    });
    return places;
  }

  /** AC37: what a credential did before anybody knew whose it is counts for its member from now on. */
  belongsTo(credentialId: CredentialId, memberId: MemberId): void {
    for (const row of this.#last.get(credentialId)?.values() ?? []) {
      if (row.memberId === null) this.#remember({ ...row, memberId });
    }
  }

  /** Those who went through with a credential of which nobody had told the member. */
  get ofNobody(): readonly CredentialId[] {
    return [...this.#last].flatMap(([credentialId, byZone]) =>
      [...byZone.values()].some(({ memberId }) => memberId === null) ? [credentialId] : [],
    );
  }

  /** Of the member with whichever card or pass; of a credential without one, its own. As it concerns this zone (AC46). */
  lastPassage(
    credentialId: CredentialId,
    memberId: MemberId | null,
    nowMs: number,
    zone: ZoneId = null,
  ): LastPassage | null {
    const ofMember = memberId === null ? undefined : this.#lastOfMember.get(memberId);
    const own = this.#last.get(credentialId);
    return this.#lastIn([...(own?.values() ?? []), ...(ofMember?.values() ?? [])], zone, nowMs);
  }

  /** AC24, AC46: one of these members went into the club, or a zone of it, and was not seen to leave. */
  isInside(memberIds: readonly string[], nowMs: number): boolean {
    return memberIds.some((memberId) => {
      const byZone = this.#lastOfMember.get(memberId as MemberId);
      const rows = [...(byZone?.values() ?? [])];
      return rows.some(({ zone }) => this.#lastIn(rows, zone, nowMs)?.direction === 'entry');
    });
  }

  /** AC48: the holder is in a zone around this one, or in the club. */
  isAround(credentialId: CredentialId, memberId: MemberId | null, nowMs: number, zone: ZoneId): boolean {
    return zonesAround(this.#zones, zone).some(
      (each) => this.lastPassage(credentialId, memberId, nowMs, each)?.direction === 'entry',
    );
  }

  /** AC46: through a gate of the zone itself; or, as one who has left it, through a gate of a zone around it. */
  #lastIn(rows: readonly Row[], zone: ZoneId, nowMs: number): LastPassage | null {
    const around = zonesAround(this.#zones, zone);
    let last: LastPassage | null = null;
    for (const row of rows) {
      if (row.zone !== zone && !around.includes(row.zone)) continue;
      if (row.atMs < nowMs - presenceMs || (last && row.atMs < last.atMs)) continue;
      // Of one and the same moment the gate of the zone itself counts.
      if (last && row.atMs === last.atMs && row.zone !== zone) continue;
      last = { direction: row.zone === zone ? row.direction : 'exit', atMs: row.atMs };
    }
    return last;
  }

  #remember(row: Row): void {
    const own = this.#last.get(row.credentialId) ?? new Map();
    this.#last.set(row.credentialId, own.set(row.zone, row));
    if (row.memberId === null) return;
    const ofMember: ByZone = this.#lastOfMember.get(row.memberId) ?? new Map();
    this.#lastOfMember.set(row.memberId, ofMember);
    const before = ofMember.get(row.zone);
    if (!before || before.atMs <= row.atMs) ofMember.set(row.zone, row);
  }
}
