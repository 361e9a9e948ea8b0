import { rm } from 'node:fs/promises';
import type { ClubId, CredentialId, EdgeId, NetworkId, PlanId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { signatureHolds } from '@portillon/core/crypto/signing-key.ts';
import { encodeTicket, readTicket, ticketProblem } from '@portillon/core/crypto/ticket.ts';
import { edgeKeyToSign, refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeApiKey } from '../postgres/api-keys.ts';
import { Database } from '../postgres/database.ts';
import { newEnrolmentCode } from '../postgres/enrolment.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { newTestId, TestEdge } from '../test/test-edge.ts';
import { runBaseCommand } from './run-base-command.ts';

let stateFolder: string;
let base: StartedBase;
let database: Database;
let said: string[];
let told: string[];
let clubId: string;
let otherClubId: string;

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  database = new Database(base.databaseUrl, silentLog);
  [clubId = '', otherClubId = ''] = Object.values(base.clubs);
});
afterAll(async () => {
  await database.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

function run(...args: string[]): Promise<number> {
  said = [];
  told = [];
  return runBaseCommand(args, {
    environment: {},
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    say: (text) => said.push(text),
    tell: (text) => told.push(text),
  });
}

it('[AP1] makes a key that is told once and kept nowhere, lists it without its secret, and revokes it', async () => {
  const made = ['api-key', 'make', '--name', 'Web shop', '--scopes', 'orders:write,orders:read'];
  expect(await run(...made, '--entity', '12345678200028', '--state', stateFolder)).toBe(0);
  const [key = ''] = said;
  expect(key).toMatch(/^ptl_[0-9a-f]{16}_[\w-]{43}$/);
  const rows = await database.query('select * from api_keys');
  expect(JSON.stringify(rows)).not.toContain(key.slice(-43));
  const used = await takeApiKey(database, key, systemClock.wallMs());
  expect(used).toMatchObject({ scopes: ['orders:read', 'orders:write'], legalEntityId: expect.any(String) });

  expect(await run('--state', stateFolder, 'api-key', 'list')).toBe(0);
  expect(said).toEqual([
    expect.stringMatching(/Web shop {2}orders:read,orders:write {2}\S.* 600\/min {2}until .* last use 20/),
  ]);
  const [id = ''] = said[0]?.split(' ') ?? [];
  expect(await run('api-key', 'revoke', id, '--state', stateFolder)).toBe(0);
  expect(await takeApiKey(database, key, systemClock.wallMs())).toEqual({ problem: 'revoked' });
  expect(await run('api-key', 'revoke', id, '--state', stateFolder)).toBe(1);
});

describe('box', () => {
  const enrolled = async (club: string) =>
    TestEdge.enrolled(base.url, await newEnrolmentCode(database, club, systemClock.wallMs()));

  it('[W-REVOKE-1] [W-REVOKE-2] revokes a box for good: the base refuses it, and every other is told at once', async () => {
    const lost = await enrolled(clubId);
    const [beside, elsewhere] = [await enrolled(clubId), await enrolled(otherClubId)];
    const { edgeId, networkId, networkKey } = lost.identity;
    const ticket = readTicket(
      encodeTicket(
        {
          networkId: networkId as NetworkId,
          issuerEdgeId: edgeId as EdgeId,
          credentialId: newTestId() as CredentialId,
          planId: newTestId() as PlanId,
          homeClubId: clubId as ClubId,
          scope: 'network',
          validFromMs: systemClock.wallMs(),
          validToMs: null,
          singleUse: true,
        },
        lost.keys.privateKey,
      ),
    );
    const problemAtGate = async (gate: TestEdge) => {
      const told = (await gate.wholeFeed()).find(({ change }) => change.id === edgeId)?.change;
      if (told?.kind !== 'edge-key' || !told.record || !ticket.ok) throw new Error('the key is not told');
      const { clubId: of, publicKey, status, signature } = told.record;
      const vouched = edgeKeyToSign(edgeId, of, publicKey, status);
      expect(signatureHolds(networkKey, vouched, fromBase64url(signature))).toBe(true);
      return ticketProblem(ticket.value, {
        networkId: networkId as NetworkId,
        issuerKey: { publicKey, status },
      });
    };
    expect(await problemAtGate(elsewhere)).toBeNull();
    const { cursor } = await beside.feed((await beside.feed()).head);
    const waiting = beside.feed(cursor, 25);

    const order = ['box', 'revoke', edgeId, '--reason', 'Stolen in Lyon', '--state', stateFolder];
    expect([await run(...order), said, told]).toEqual([
      0,
      [`Box ${edgeId} is refused from now on, and every other box is told.`],
      [],
    ]);
    expect((await waiting).changes).toMatchObject([
      { change: { kind: 'edge-key', id: edgeId, record: { status: 'revoked' } } },
    ]);
    const codeOf = ({ body }: { body: unknown }) => refusalSchema.parse(body).error.code;
    expect(codeOf(await lost.push())).toBe('request.unknown-edge');
    expect(codeOf(await lost.signed('GET', '/v1/card-keys'))).toBe('request.unknown-edge');
    expect((await elsewhere.push()).status).toBe(200);
    for (const gate of [beside, elsewhere]) expect(await problemAtGate(gate)).toBe('revoked-issuer');
    // Let in again only as another box.
    const again = await lost.enrol(await newEnrolmentCode(database, clubId, systemClock.wallMs()));
    expect(refusalSchema.parse(again.body).error).toMatchObject({
      code: 'enrol.key-known',
      message: expect.stringContaining('was revoked'),
    });

    const { head } = await elsewhere.feed();
    expect(await run(...order.with(4, 'Another reason'))).toBe(0);
    expect(said).toEqual([
      expect.stringMatching(/^Box .* was revoked before: 20.*, command, somebody: Stolen in Lyon$/),
    ]);
    expect((await elsewhere.feed()).head).toBe(head);
    expect(await run('box', 'list', '--state', stateFolder)).toBe(0);
    const lines = said.map((line) => line.split('\t'));
    const ofBox = (id: string) => lines.find((cells) => cells[1] === id);
    expect(lines[0]?.slice(0, 3)).toEqual(['club', 'box', 'status']);
    expect(ofBox(edgeId)?.slice(-2)).toEqual(['command, somebody', 'Stolen in Lyon']);
    expect(ofBox(beside.identity.edgeId)?.slice(2, 4)).toEqual(['active', 'yes']);
    await expect(database.query('delete from box_revocations')).rejects.toThrow('never changed');
  });

  it('[W-REVOKE-1] tells of a box that was only marked as revoked', async () => {
    const [marked, other] = [await enrolled(clubId), await enrolled(otherClubId)];
    const { edgeId } = marked.identity;
    await database.query("update edges set status = 'revoked' where id = $1", [edgeId]);
    expect(await run('box', 'revoke', edgeId, '--reason', 'Given up', '--state', stateFolder)).toBe(0);
    const of = (await other.wholeFeed()).filter(({ change }) => change.id === edgeId);
    expect(of).toMatchObject([{ change: { record: { status: 'revoked' } } }]);
  });

  it('[W-REVOKE-1] revokes nothing without a reason, the keys of this network, or a box', async () => {
    const { edgeId } = (await enrolled(clubId)).identity;
    const why = ['--reason', 'Stolen', '--state', stateFolder];
    expect(await run('box', 'revoke', edgeId, '--state', stateFolder)).toBe(2);
    expect(await run('box', 'revoke', edgeId, '--reason', ' ', '--state', stateFolder)).toBe(2);
    expect(await run('box', 'revoke', ...why)).toBe(2);
    expect(await run('box', 'revoke', edgeId, '--reason', 'x'.repeat(201), '--state', stateFolder)).toBe(2);
    for (const unknown of [newTestId(), 'kiosk-1']) {
      expect(await run('box', 'revoke', unknown, ...why)).toBe(1);
      expect(told).toEqual([`There is no box ${unknown}: see box list.`]);
    }
    const elsewhere = await temporaryState();
    try {
      expect(await run('box', 'revoke', edgeId, ...why, '--keys', elsewhere)).toBe(1);
      expect(told).toEqual([expect.stringContaining('no base-keys.json')]);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
    expect(await run('box', 'list', '--state', stateFolder)).toBe(0);
    expect(said.find((line) => line.includes(edgeId))).toContain('\tactive\t');
  });
});

it('says what is wrong with a call, and what to do where there is no base', async () => {
  expect(await run()).toBe(2);
  expect(await run('toString', '--state', stateFolder)).toBe(2);
  expect(told.join('\n')).toContain('api-key make --name');
  const made = ['api-key', 'make', '--state', stateFolder, '--name', 'BI'];
  expect(await run(...made, '--scopes', 'sales:read')).toBe(2);
  expect(await run(...made, '--scopes', 'sales:write', '--network')).toBe(2);
  expect(told.join('\n')).toContain('no scope sales:write');
  expect(await run(...made, '--scopes', 'sales:read', '--entity', '1')).toBe(1);
  const elsewhere = await temporaryState();
  try {
    expect(await run('api-key', 'list', '--state', elsewhere)).toBe(1);
    expect(told.join('\n')).toContain('no base in this folder');
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});
