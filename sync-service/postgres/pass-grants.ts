import { isoTime } from '@portillon/core/base/clock.ts';
import {
  type ClubId,
  type CredentialId,
  type EdgeId,
  idFromBytes,
  type NetworkId,
  type PlanId,
} from '@portillon/core/base/ids.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { encodePassGrant } from '@portillon/core/crypto/pass-grant.ts';
import { issuerOfPassLink, readPassLink } from '@portillon/core/crypto/pass-link.ts';
import type { SigningKeyPair } from '@portillon/core/crypto/signing-key.ts';
import { type GrantIssuer, issuerRecord } from '../keys/grant-issuer.ts';
import { credentialRecords } from './credential-feed.ts';
import { blockedByHand } from './credential-status.ts';
import type { Database, Sql } from './database.ts';
import { applyEvent, lockMemberOf } from './event-application.ts';
import { writeFeed } from './feed.ts';

export interface PassRow {
  readonly credentialId: CredentialId;
  readonly planId: PlanId;
  readonly homeClubId: ClubId;
  readonly scope: 'network' | 'home';
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly status: 'active' | 'blocked' | 'spent';
}

/** The pass of this phone's key (32 raw bytes in base64url): the one in force, else the last there was. Null for none. */
export async function passOfKey(sql: Pick<Sql, 'query'>, publicKey: string): Promise<PassRow | null> {
  const [row] = await sql.query<PassRow>(
    `select credentials.id as "credentialId", plan_id as "planId", home_club_id as "homeClubId",
            plans.record->>'scope' as scope, valid_from as "validFrom", valid_to as "validTo", status
       from credentials join plans on plans.id = credentials.plan_id
      where public_key = $1 and kind = 'pass'
      order by (status = 'active') desc, enrolled_at desc, credentials.id desc limit 1`,
    [publicKey],
  );
  return row ?? null;
}

/**
 * Whether the base has heard of the credential that a phone holds (16 bytes in base64url). While it has not, a kiosk without a
 * network has granted it, and what the base knows of that phone is older.
 */
export async function isKnown(sql: Pick<Sql, 'query'>, credential: string): Promise<boolean> {
  const credentialId = idFromBytes(fromBase64url(credential));
  const rows = await sql.query('select 1 from credentials where id = $1', [credentialId]);
  return rows.length > 0;
}

/** PS15: the same bytes for the same pass. */
export function grantOfBase(
  pass: PassRow,
  publicKey: string,
  { networkId, issuer }: { readonly networkId: string; readonly issuer: GrantIssuer },
): Uint8Array {
  const { credentialId, planId, homeClubId, scope, validFrom, validTo } = pass;
  return encodePassGrant(
    {
      networkId: networkId as NetworkId,
      issuerEdgeId: networkId as EdgeId,
      credentialId,
      planId,
      homeClubId,
      scope,
      validFromMs: Date.parse(validFrom),
      validToMs: validTo === null ? null : Date.parse(validTo),
      publicKey,
    },
    issuer.keys.privateKey,
  );
}

export type LinkOutcome =
  | 'done'
  /** Not a link, of another network, or not signed by a box in good standing. */
  | 'not-trusted'
  | 'expired'
  /** Another phone came first. */
  | 'used'
  /** The box has not told of the card yet. */
  | 'card-not-known';

/** PS16: what the box would have told after reading the phone with its camera, on the word of its link. */
export async function redeemLink(
  database: Database,
  linkText: string,
  publicKey: string,
  { networkId, nowMs }: { readonly networkId: string; readonly nowMs: number },
): Promise<LinkOutcome> {
  const bytes = fromBase64url(linkText);
  const issuerEdgeId = issuerOfPassLink(bytes);
  if (issuerEdgeId === null) return 'not-trusted';
  return database.transaction(async (sql) => {
    const [edge] = await sql.query<{ public_key: string; club_id: string; legal_entity_id: string }>(
      `select public_key, club_id, legal_entity_id from edges join clubs on clubs.id = edges.club_id
        where edges.id = $1 and edges.status = 'active'`,
      [issuerEdgeId],
    );
    if (!edge) return 'not-trusted';
    const link = readPassLink(bytes, {
      networkId: networkId as NetworkId,
      issuerPublicKey: edge.public_key,
      nowMs,
    });
    if (typeof link === 'string') return link === 'expired' ? 'expired' : 'not-trusted';
    // Two phones that open it at once come one after the other.
    await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [link.passCredentialId]);
    const [taken] = await sql.query<{ public_key: string | null }>(
      'select public_key from credentials where id = $1',
      [link.passCredentialId],
    );
    if (taken) return taken.public_key === publicKey ? 'done' : 'used';
    await lockMemberOf(sql, link.besideCredentialId);
    const beside = await besideNow(sql, link.besideCredentialId);
    if (!beside) return 'card-not-known';
    const event = {
      type: 'pass.enrolled',
      at: isoTime(nowMs),
      besideCredentialId: beside.id,
      pass: {
        credentialId: link.passCredentialId,
        publicKey,
        validFrom: isoTime(Date.parse(beside.validFrom)),
      },
    };
    const reporter = {
      edgeId: issuerEdgeId,
      clubId: edge.club_id,
      legalEntityId: edge.legal_entity_id,
    };
    const body = JSON.stringify(event);
    const applied = await applyEvent(sql, reporter, {
      body,
      receivedAt: isoTime(nowMs),
      caseIds: () => () => {
        throw new Error('an enrolment opens no case');
      },
    });
    if (applied.parked !== null) return 'card-not-known';
    await sql.query('insert into base_events (edge_id, body, applied_at) values ($1, $2, $3)', [
      issuerEdgeId,
      body,
      isoTime(nowMs),
    ]);
    await writeFeed(sql, await credentialRecords(sql, applied.touchedCredentials), nowMs);
    return 'done';
  });
}

/**
 * What a link names, or the pass that has taken its place since it was made: a phone that came before this one blocked the ticket
 * or the pass that was held to the kiosk. Not of what staff have blocked or ordered another for, carried out or not: that was lost,
 * and whoever has it now gets nothing by it. Null when the base has not heard of it.
 */
async function besideNow(sql: Sql, credentialId: string): Promise<{ id: string; validFrom: string } | null> {
  const [row] = await sql.query<{ id: string; validFrom: string }>(
    `select coalesce(successor.id, named.id) as id, named.valid_from as "validFrom"
       from credentials as named
       left join credentials as successor
         on successor.member_id = named.member_id and successor.kind = 'pass' and successor.status = 'active'
        and named.status = 'blocked' and named.kind <> 'card'
        and ${blockedByHand('named')} is null
        and not exists (select 1 from orders where orders.credential_id = named.id)
      where named.id = $1`,
    [credentialId],
  );
  return row ?? null;
}

/** Told to every edge once, and again when it is another one. */
export async function publishIssuer(
  database: Database,
  networkId: string,
  issuer: GrantIssuer,
  network: SigningKeyPair,
  nowMs: number,
): Promise<void> {
  const wanted = issuerRecord(networkId, issuer, network);
  await database.transaction(async (sql) => {
    const [told] = await sql.query<{ record: { signature: string } }>(
      "select record from feed_changes where kind = 'edge-key' and id = $1",
      [networkId],
    );
    if (told?.record.signature !== wanted.record.signature) await writeFeed(sql, [wanted], nowMs);
  });
}
