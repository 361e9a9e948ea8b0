import type { ZoneId } from '@portillon/core/access/zones.ts';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import type { ReleasedFor } from './gate-machine.ts';

/** A gate was released, and nobody has gone through yet. */
interface Release {
  readonly credentialId: CredentialId | null;
  readonly memberId: MemberId | null;
  readonly singleUse: boolean;
  readonly zone: ZoneId;
  readonly atMs: number;
}

/** Who has been let in by the gates of an edge and was not yet seen to go through; shared by its gates. */
export class InFlight {
  readonly #releases = new Map<string, Release>();

  begin(
    { decisionId, credentialId, singleUse }: Pick<ReleasedFor, 'decisionId' | 'credentialId' | 'singleUse'>,
    memberId: MemberId | null,
    atMs: number,
    zone: ZoneId = null,
  ): void {
    this.#releases.set(decisionId, {
      credentialId: credentialId as CredentialId | null,
      memberId,
      singleUse,
      zone,
      atMs,
    });
  }

  /** Somebody went through, or nobody did. */
  end(decisionId: string): void {
    this.#releases.delete(decisionId);
  }

  hasTicket(credentialId: CredentialId): boolean {
    return this.#some((release) => release.singleUse && release.credentialId === credentialId) !== null;
  }

  /** AC39, AC46: when a gate of this zone was released for this holder who has not gone through it yet; null when none is. */
  releasedAtMs(credentialId: CredentialId, memberId: MemberId | null, zone: ZoneId = null): number | null {
    const release = this.#some(
      (one) =>
        one.zone === zone &&
        (one.credentialId === credentialId || (memberId !== null && one.memberId === memberId)),
    );
    return release?.atMs ?? null;
  }

  #some(which: (release: Release) => boolean): Release | null {
    // As many as there are gates, and one who waits at each.
    return [...this.#releases.values()].find(which) ?? null;
  }
}
