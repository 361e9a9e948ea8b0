import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { signBytes } from '@portillon/core/crypto/signing-key.ts';
import {
  type PeerShare,
  peerAnswerToSign,
  peerHelloToSign,
  peerRequestToSign,
  peerSignatureHeader,
} from '@portillon/core/wire/peer-messages.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleCredential, sampleId } from '../../store/test/sample-records.ts';
import { badges } from '../gate/test/gate-rig.ts';
import { type BoxName, boxName, ClubBox, noonMs, until } from './test/club-box.ts';
import { PeerProxy } from './test/peer-proxy.ts';

let one: ClubBox;
let other: ClubBox;
const names = () => [boxName(1), boxName(5)] as const;

async function openBoxes(clock?: VirtualClock): Promise<void> {
  const [first, second] = names();
  one = await ClubBox.open(first, [second]);
  other = await ClubBox.open(second, [first], clock);
}

beforeEach(() => openBoxes());

afterEach(async () => {
  await one.close();
  await other.close();
});

/** Each hears the other. */
async function together(): Promise<void> {
  const { url } = await one.link([]);
  const link = await other.link([url]);
  await one.cut();
  await one.link([link.url], Number(new URL(url).port));
  // A box that found nobody tries again when its pause is over.
  await until(async () => {
    await other.clock.advance(50);
    return one.isTogether && other.isTogether;
  });
}

describe('boxes of a club that see each other', () => {
  it('[W-PEER-1] [J10] refuse at one gate the ticket that was used at the other, within a second', async () => {
    await together();
    const ticket = one.ticket(901);
    expect(await one.shows(ticket)).toBe('granted');
    const times = () => [one, other].map(({ clock }) => clock.monotonicMs());
    const before = times();
    await one.walks();
    await until(() => other.store.passages.isSpentHere(sampleId(901)));
    // No box waited for a time to come: what passed is what the disks and the line take.
    expect(times()).toEqual(before);
    expect(await other.shows(ticket)).toBe('ticket-spent');
  });

  it('[W-PEER-1] [AC25] [AC36] know at one gate who went in at the other, and who left by it', async () => {
    await together();
    expect(await one.holds(badges.ann)).toBe('granted');
    await one.walks();
    await until(async () => (await other.holds(badges.ann)) === 'already-inside');
    expect(await other.holds(badges.ann, other.exit)).toBe('granted');
    await other.walks('exit');
    await until(async () => (await one.holds(badges.ann)) === 'granted');
  });

  it('[W-PEER-7] [AC39] take who is on the way in at one gate for inside at the other, until nobody has gone through', async () => {
    await together();
    const ticket = one.ticket(902);
    expect(await one.shows(ticket)).toBe('granted');
    expect(await one.holds(badges.ann)).toBe('granted');
    await until(async () => (await other.holds(badges.ann)) === 'already-inside');
    expect(await other.shows(ticket)).toBe('ticket-spent');
    // Neither goes: first the one in the arms, then the one who waited.
    await one.clock.advance(2_500);
    await one.clock.advance(2_500);
    await until(async () => (await other.holds(badges.ann)) === 'granted');
    await other.clock.advance(5_000);
    await until(async () => (await other.shows(ticket)) === 'granted');
  });

  it('[W-PEER-1] [PS10] refuse the code of a pass that has led in at the other', async () => {
    await together();
    await one.store.write((tx) => one.store.passages.keepCode(tx, sampleId(70), 812));
    await until(() => other.store.passages.usedCodes.isUsed(sampleId(70), 812));
    expect(other.store.passages.usedCodes.isUsed(sampleId(70), 813)).toBe(false);
  });

  it('[W-PEER-8] [AC49] go by what the kiosk of the other sold and ended, until the base tells of it', async () => {
    await together();
    const renewed = sampleCredential({ cardUid: null, validTo: '2027-11-01T00:00:00.000Z' });
    const old = { ...renewed, validTo: '2026-11-20T00:00:00.000Z' };
    for (const box of [one, other]) await box.told([{ kind: 'credential', id: sampleId(71), record: old }]);
    const sold = (number: number, record: typeof renewed) =>
      one.store.write((tx) => one.store.book.rememberOwnCredential(tx, sampleId(number), record));
    await sold(71, renewed);
    await sold(72, sampleCredential({ cardUid: '04000000000072' }));
    const known = (number: number) => other.store.book.credential(sampleId(number));
    await until(() => known(72) !== null);
    expect(known(71)).toEqual(renewed);
    expect(other.store.book.soldAgeMs(sampleId(72), other.clock.wallMs())).toBeLessThan(60_000);
    // The base is heard, and says otherwise: a word of before counts no more, but an end does.
    await other.told([{ kind: 'credential', id: sampleId(71), record: old }], noonMs + 60_000);
    await sold(71, renewed);
    await sold(72, { ...sampleCredential({ cardUid: '04000000000072' }), status: 'blocked' });
    await until(() => known(72)?.status === 'blocked');
    expect(known(71)).toEqual(old);
    await sold(72, sampleCredential({ cardUid: '04000000000072' }));
    await sold(73, sampleCredential({ cardUid: null }));
    await until(() => known(73) !== null);
    expect(known(72)?.status).toBe('blocked');
  });
});

describe('boxes of a club that do not see each other', () => {
  it('[W-PEER-9] [I6] let in at once what the other has sold, by the ticket alone, and each once', async () => {
    const ticket = one.ticket(903);
    expect(await other.shows(ticket)).toBe('granted');
    await other.walks();
    expect(await other.shows(ticket)).toBe('ticket-spent');
    expect(await one.shows(ticket)).toBe('granted');
    await one.walks();
    expect((await other.events('access.decided')).at(0)).toMatchObject({ byGrant: true, outcome: 'granted' });
    // Seen again, spent stays spent at both; the base, which hears of two entries, has staff look.
    await together();
    expect(await one.shows(ticket)).toBe('ticket-spent');
    expect(await other.shows(ticket)).toBe('ticket-spent');
  });

  it('[W-PEER-4] [W-PEER-9] go on after a cut from where they were, over a restart of the line', async () => {
    await together();
    expect(await one.holds(badges.ann)).toBe('granted');
    await one.walks();
    await until(async () => (await other.store.peers.cursor(one.name.identity.edgeId)) > 0);
    await other.cut();
    const tickets = [904, 905, 906].map((number) => one.ticket(number));
    for (const ticket of tickets) {
      expect(await one.shows(ticket)).toBe('granted');
      await one.walks();
    }
    expect(other.store.passages.isSpentHere(sampleId(904))).toBe(false);
    const before = await other.store.peers.cursor(one.name.identity.edgeId);
    const asked: string[] = [];
    const proxy = await PeerProxy.to((await restarted(one)).url, (path) => asked.push(path));
    await other.link([proxy.url]);
    await until(() => [904, 905, 906].every((number) => other.store.passages.isSpentHere(sampleId(number))));
    expect(asked.filter((path) => path.includes('after='))[0]).toContain(`after=${before}&waitSeconds=0`);
    await proxy.close();
  });

  it('[W-PEER-11] hear again, from the same place, what could not be kept on a full disk, and go on deciding meanwhile', async () => {
    await together();
    // No page more than there are.
    const pages = (count: number) =>
      other.store.write(async (tx) => void (await tx.run(`PRAGMA max_page_count = ${count}`)));
    await pages(1);
    const numbers = Array.from({ length: 2_000 }, (_, index) => 2_000 + index);
    await one.store.write(async (tx) => {
      for (const number of numbers) {
        await one.store.peers.put(tx, { kind: 'spent', credentialId: sampleId(number), atMs: noonMs });
      }
    });
    const apart = () => other.linkStandings[0]?.problem;
    await until(() => apart() === 'store.full');
    expect(other.isTogether).toBe(false);
    expect(other.log.entries.some(({ event }) => event === 'peers.apart')).toBe(true);
    await pages(100_000);
    await until(async () => {
      await other.clock.advance(100);
      return other.isTogether && other.store.passages.isSpentHere(sampleId(numbers.at(-1) ?? 0));
    });
    expect(numbers.filter((number) => !other.store.passages.isSpentHere(sampleId(number)))).toEqual([]);
  });

  it('[W-PEER-5] come to the same whatever is told twice, and in whatever order', async () => {
    const who = { credentialId: sampleId(801), memberId: sampleId(810), zone: null, decisionId: null };
    const day: PeerShare[] = [
      { kind: 'passage', ...who, direction: 'entry', atMs: noonMs + 1_000 },
      { kind: 'passage', ...who, direction: 'exit', atMs: noonMs + 2_000 },
      { kind: 'passage', ...who, direction: 'entry', atMs: noonMs + 3_000 },
      { kind: 'spent', credentialId: sampleId(907), atMs: noonMs },
      { kind: 'code', credentialId: sampleId(70), step: 5 },
      { kind: 'code', credentialId: sampleId(70), step: 3 },
    ];
    for (const order of [day, [...day].reverse(), [...day, ...day.slice(0, 2)]]) {
      await other.store.hearPeer(sampleId(1), order, 7);
      const { presence, usedCodes } = other.store.passages;
      const last = presence.lastPassage(sampleId(801), sampleId(810), noonMs + 4_000);
      expect(last).toEqual({ direction: 'entry', atMs: noonMs + 3_000 });
      expect(other.store.passages.isSpentHere(sampleId(907))).toBe(true);
      expect([5, 6].map((step) => usedCodes.isUsed(sampleId(70), step))).toEqual([true, false]);
    }
  });

  it('[W-PEER-10] keep what the other has not heard as long as it can matter, and number it with time', async () => {
    const put = (share: PeerShare) => one.store.write((tx) => one.store.peers.put(tx, share));
    const kinds = async () => {
      const page = await one.store.peers.after(0);
      return page === 'ahead' ? page : page.shares.map(({ share }) => share.kind);
    };
    const who = { credentialId: sampleId(801), memberId: null, zone: null, decisionId: null };
    await put({ kind: 'passage', ...who, direction: 'entry', atMs: noonMs });
    await put({ kind: 'code', credentialId: sampleId(70), step: 5 });
    await put({ kind: 'spent', credentialId: sampleId(908), atMs: noonMs });
    await one.clock.advance(3_600_001);
    await put({ kind: 'let-in-over', decisionId: sampleId(1) });
    expect(await kinds()).toEqual(['passage', 'spent', 'let-in-over']);
    await one.clock.advance(16 * 3_600_000);
    await put({ kind: 'let-in-over', decisionId: sampleId(1) });
    // The newest stays, however old: the next number follows it.
    expect(await kinds()).toEqual(['spent', 'let-in-over', 'let-in-over']);
    const page = await one.store.peers.after(0);
    const numbers = page === 'ahead' ? [] : page.shares.map(({ seq }) => seq);
    expect(numbers.at(-1)).toBe(one.clock.wallMs());
    expect(await one.store.peers.after(one.clock.wallMs() + 1)).toBe('ahead');
  });
});

it('[W-PEER-6] counts what a box with another clock tells by its own clock', async () => {
  await other.close();
  await one.close();
  // Four hours ahead: what it sees would count as newer than all that is seen here.
  await openBoxes(new VirtualClock(noonMs + 4 * 3_600_000));
  await together();
  expect(await other.holds(badges.ann)).toBe('granted');
  await other.walks();
  await until(async () => (await one.holds(badges.ann)) === 'already-inside');
  await one.clock.advance(60_000);
  expect(await one.holds(badges.ann, one.exit)).toBe('granted');
  await one.walks('exit');
  expect(await one.holds(badges.ann)).toBe('granted');
});

describe('whom a box believes', () => {
  const asks = async (
    url: string,
    { identity }: BoxName,
    nonce = toBase64url(new Uint8Array(24).fill(7)),
  ): Promise<{ status: number; body: { session?: string; error?: { code: string } } }> => {
    const signature = toBase64url(signBytes(identity.privateKey, peerHelloToSign(identity.edgeId, nonce)));
    const body = JSON.stringify({ peerVersion: 1, edgeId: identity.edgeId, nonce, signature });
    const answer = await fetch(`${url}/peer/v1/session`, { method: 'POST', body });
    return { status: answer.status, body: (await answer.json()) as never };
  };
  const shares = async (
    url: string,
    { identity }: BoxName,
    session: string,
    counter: number,
    sign = true,
  ) => {
    const path = '/peer/v1/shares?after=0&waitSeconds=0';
    const proof = signBytes(identity.privateKey, peerRequestToSign(session, counter, sign ? path : '/'));
    const answer = await fetch(`${url}${path}`, {
      headers: {
        'x-portillon-edge': identity.edgeId,
        'x-portillon-session': session,
        'x-portillon-counter': String(counter),
        'x-portillon-signature': toBase64url(proof),
      },
    });
    const text = await answer.text();
    return {
      status: answer.status,
      code: (JSON.parse(text) as { error?: { code: string } }).error?.code,
      text,
    };
  };

  it('[W-PEER-2] tells nothing to a box of another club, a revoked one, one that nobody vouches for, or a stranger', async () => {
    const { url } = await one.link([]);
    const ofElsewhere = boxName(6, { clubId: sampleId(77) });
    const revoked = boxName(7, { status: 'revoked' });
    await one.told([ofElsewhere.key, revoked.key]);
    const impostor = { ...boxName(9), identity: { ...boxName(9).identity, edgeId: sampleId<'edge'>(5) } };
    for (const name of [ofElsewhere, revoked, boxName(8), impostor, one.name]) {
      expect(await asks(url, name)).toMatchObject({
        status: 401,
        body: { error: { code: 'peer.not-known' } },
      });
    }
    const { session = '' } = (await asks(url, other.name)).body;
    expect(await shares(url, other.name, session, 1)).toMatchObject({ status: 200 });
    expect(await shares(url, other.name, session, 2, false)).toMatchObject({ code: 'peer.not-known' });
    // Revoked while its session lives.
    await one.told([boxName(5, { status: 'revoked' }).key]);
    expect(await shares(url, other.name, session, 3)).toMatchObject({ code: 'peer.not-known' });
    for (const body of ['', '{}', 'x'.repeat(5_000)]) {
      const answer = await fetch(`${url}/peer/v1/session`, { method: 'POST', body }).catch(() => null);
      if (answer) expect(answer.status).toBe(400);
    }
  });

  it('[W-PEER-3] answers each request once, and none of a session that it has not given', async () => {
    const { url } = await one.link([]);
    const { session = '' } = (await asks(url, other.name)).body;
    expect((await shares(url, other.name, session, 4)).status).toBe(200);
    for (const counter of [4, 3]) {
      expect(await shares(url, other.name, session, counter)).toMatchObject({ code: 'peer.replayed' });
    }
    const again = await restarted(one);
    expect(await shares(again.url, other.name, session, 5)).toMatchObject({ code: 'peer.no-session' });
  });

  it('[W-PEER-3] [W-ERR-5] throws an answer away that the other has not signed for this very request', async () => {
    const { url } = await one.link([]);
    await one.store.write((tx) =>
      one.store.peers.put(tx, { kind: 'spent', credentialId: sampleId(910), atMs: noonMs }),
    );
    let bend = (text: string) => text.replace(sampleId(910), sampleId(911));
    const proxy = await PeerProxy.to(url, undefined, (path, text) =>
      path.includes('shares') ? bend(text) : text,
    );
    const link = await other.link([proxy.url]);
    await until(() => link.standings[0]?.problem === 'not-signed');
    expect(other.store.passages.isSpentHere(sampleId(911))).toBe(false);
    // Somebody on the line who answers without end.
    bend = () => ' '.repeat(16 * 1024 * 1024 + 1);
    await until(async () => {
      await other.clock.advance(1_000);
      return link.standings[0]?.problem === 'answer-too-long';
    });
    bend = (text) => text;
    await until(async () => {
      await other.clock.advance(1_000);
      return other.store.passages.isSpentHere(sampleId(910));
    });
    await proxy.close();
  });

  it('[W-PEER-1] tells ids, dates and keys, and nothing of a person', async () => {
    const { url } = await one.link([]);
    const record = sampleCredential({ cardUid: '04000000000072' });
    await one.store.write((tx) => one.store.book.rememberOwnCredential(tx, sampleId(72), record));
    expect(await one.holds(badges.ann)).toBe('granted');
    await one.walks();
    const { session = '' } = (await asks(url, other.name)).body;
    const { text } = await shares(url, other.name, session, 1);
    const words = new Set(text.match(/"[a-zA-Z]+":/g)?.map((word) => word.slice(1, -2)));
    expect([...words].sort()).toEqual(
      [
        ...[
          'atMs',
          'before',
          'cardUid',
          'credentialId',
          'cursor',
          'decisionId',
          'direction',
          'eventSeq',
          'homeClubId',
          'kind',
          'memberId',
        ],
        ...[
          'more',
          'nowMs',
          'planId',
          'record',
          'seq',
          'share',
          'shares',
          'singleUse',
          'soldAtMs',
          'status',
          'untilMs',
        ],
        ...['validFrom', 'validTo', 'zone'],
      ].sort(),
    );
    expect(peerAnswerToSign('s', 1, 'd')).toContain('portillon-peer-answer-1');
    expect(peerSignatureHeader).toBe('x-portillon-signature');
  });
});

/** The program of a box was started again: its sessions are gone, its port too. */
async function restarted(box: ClubBox) {
  await box.cut();
  return box.link([]);
}
