import { type Clock, delay } from '@portillon/core/base/clock.ts';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { signBytes } from '@portillon/core/crypto/signing-key.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import {
  type PeerSessionRequest,
  type PeerShare,
  type PeerSharesAnswer,
  peerAnswerToSign,
  peerCounterHeader,
  peerEdgeHeader,
  peerHelloToSign,
  peerRequestToSign,
  peerSessionAnswerSchema,
  peerSessionHeader,
  peerSessionToSign,
  peerSharesAnswerSchema,
  peerSignatureHeader,
  peerVersion,
  peerWaitSecondsMax,
} from '@portillon/core/wire/peer-messages.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { answerBytes } from '@portillon/sync-service/agent/answer-bytes.ts';
import { BackOff } from '@portillon/sync-service/agent/back-off.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { InFlight } from '../gate/in-flight.ts';
import { peerHasSigned } from './peer-trust.ts';

export interface PeerFollowerOptions {
  /** Of the other box, `http://192.168.1.12:4660`. */
  readonly address: string;
  readonly store: Pick<EdgeStore, 'book' | 'peers' | 'hearPeer'>;
  readonly inFlight: InFlight;
  readonly identity: () => EdgeIdentity | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface PeerStanding {
  readonly address: string;
  /** Who it is; null before it has proved it. */
  readonly edgeId: string | null;
  /** The last request was answered. */
  readonly together: boolean;
  /** Wall time of the last answer; null before the first. */
  readonly lastHeardMs: number | null;
  /** Its clock less ours, as it was answering last. */
  readonly offsetMs: number | null;
  /** Why it does not work now, in a word; null while it does. */
  readonly problem: string | null;
}

interface Session {
  readonly edgeId: string;
  readonly name: string;
  counter: number;
}

const helloLimitMs = 5_000;
const sharesLimitMs = (peerWaitSecondsMax + 5) * 1_000;
/** Clocks that agree to a second are left as they are: what an answer is on its way counts for more. */
const agreedMs = 1_000;
const letInMaxMs = 30_000;
/** Several times what the longest page of shares takes (W-ERR-5). */
const peerAnswerBytesMax = 16 * 1024 * 1024;

/**
 * Hears one other box of the club: asks for what follows, takes it into the store with the cursor, and asks again. While it
 * cannot be reached the gates decide by what they know (W-PEER-9).
 */
export class PeerFollower {
  readonly #options: PeerFollowerOptions;
  readonly #stopped = new AbortController();
  readonly #letIn = new Map<string, () => void>();
  #session: Session | null = null;
  #cursorAhead = false;
  #standing: PeerStanding;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PeerFollowerOptions) {
    this.#options = options;
    this.#standing = {
      address: options.address,
      edgeId: null,
      together: false,
      lastHeardMs: null,
      offsetMs: null,
      problem: null,
    };
  }

  get standing(): PeerStanding {
    return this.#standing;
  }

  /** Returns at once. Not to be called twice. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (this.#stopped.signal.aborted) return;
      // A bug: the edge decides what to do, it must not be swallowed here.
      this.#options.log.error('peers.follower-failed', {
        address: this.#options.address,
        detail: error instanceof Error ? error.message : '',
      });
      throw error;
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    for (const over of [...this.#letIn.values()]) over();
  }

  async #run(): Promise<void> {
    const { clock, random, log } = this.#options;
    const backOff = new BackOff(random);
    while (!this.#stopped.signal.aborted) {
      const us = this.#options.identity();
      const problem = us === null ? 'not-enrolled' : await this.#onceOrFault(us);
      if (this.#stopped.signal.aborted) return;
      if (problem === null) {
        backOff.reset();
        continue;
      }
      if (problem !== this.#standing.problem) {
        log.warn('peers.apart', { address: this.#options.address, problem });
      }
      this.#standing = { ...this.#standing, together: false, problem };
      await delay(clock, backOff.nextMs(), this.#stopped.signal).catch(() => undefined);
    }
  }

  /** What the store could not keep was not heard: it is asked for again, from the same cursor (W-PEER-11). */
  async #onceOrFault(us: EdgeIdentity): Promise<string | null> {
    try {
      return await this.#once(us);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      return error.fault.code;
    }
  }

  /** One request; why it came to nothing, in a word, or null. */
  async #once(us: EdgeIdentity): Promise<string | null> {
    const { store, clock, log, address } = this.#options;
    if (!this.#session) {
      const opened = await this.#open(us);
      if (typeof opened === 'string') return opened;
      this.#session = opened;
    }
    const session = this.#session;
    session.counter += 1;
    const after = this.#cursorAhead ? 0 : await store.peers.cursor(session.edgeId);
    // The first look does not wait: it tells at once what was missed.
    const wait = this.#standing.together ? peerWaitSecondsMax : 0;
    const path = `/peer/v1/shares?after=${after}&waitSeconds=${wait}`;
    const signed = peerRequestToSign(session.name, session.counter, path);
    const answer = await this.#fetch(path, sharesLimitMs, {
      headers: {
        [peerEdgeHeader]: us.edgeId,
        [peerSessionHeader]: session.name,
        [peerCounterHeader]: String(session.counter),
        [peerSignatureHeader]: toBase64url(signBytes(us.privateKey, signed)),
      },
    });
    if ('problem' in answer) {
      this.#cursorAhead = answer.problem === 'peer.cursor-ahead';
      if (!this.#cursorAhead) this.#session = null;
      return answer.problem;
    }
    const proof = peerAnswerToSign(session.name, session.counter, sha256Hex(answer.text));
    if (!peerHasSigned(store.book, us, session.edgeId, proof, answer.signature)) {
      this.#session = null;
      return 'not-signed';
    }
    const heard = peerSharesAnswerSchema.safeParse(parseJson(answer.text));
    if (!heard.success) return 'not-understood';
    await this.#take(session.edgeId, heard.data);
    this.#cursorAhead = false;
    if (!this.#standing.together) log.info('peers.together', { address, edgeId: session.edgeId });
    this.#standing = {
      address,
      edgeId: session.edgeId,
      together: true,
      lastHeardMs: clock.wallMs(),
      offsetMs: Math.round(heard.data.nowMs - clock.wallMs()),
      problem: null,
    };
    return null;
  }

  async #open(us: EdgeIdentity): Promise<Session | string> {
    const nonce = toBase64url(systemRandom.bytes(24));
    const hello: PeerSessionRequest = {
      peerVersion,
      edgeId: us.edgeId,
      nonce,
      signature: toBase64url(signBytes(us.privateKey, peerHelloToSign(us.edgeId, nonce))),
    };
    const answer = await this.#fetch('/peer/v1/session', helloLimitMs, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(hello),
    });
    if ('problem' in answer) return answer.problem;
    const told = peerSessionAnswerSchema.safeParse(parseJson(answer.text));
    if (!told.success) return 'not-understood';
    const { edgeId, session, signature } = told.data;
    const signed = peerSessionToSign(us.edgeId, edgeId, nonce, session);
    if (!peerHasSigned(this.#options.store.book, us, edgeId, signed, signature)) return 'not-signed';
    return { edgeId, name: session, counter: 0 };
  }

  async #take(edgeId: string, { shares, cursor, nowMs }: PeerSharesAnswer): Promise<void> {
    const offsetMs = Math.round(nowMs - this.#options.clock.wallMs());
    const shift = Math.abs(offsetMs) > agreedMs ? offsetMs : 0;
    const ours = shares.map((share) => byOurClock(share, shift));
    // In memory first: a gate may ask while the rest is written.
    for (const share of ours) this.#hearLetIn(share);
    if (shares.length > 0 || (await this.#options.store.peers.cursor(edgeId)) !== cursor) {
      await this.#options.store.hearPeer(edgeId, ours, cursor);
    }
    for (const share of ours) {
      // Only now: what it led to is in the store.
      if (share.kind === 'passage' && share.decisionId) this.#letIn.get(share.decisionId)?.();
    }
  }

  /** W-PEER-7: who is on the way in at another box counts as in here. */
  #hearLetIn(share: PeerShare): void {
    if (share.kind === 'let-in-over') this.#letIn.get(share.decisionId)?.();
    if (share.kind !== 'let-in') return;
    const { clock, inFlight } = this.#options;
    const leftMs = Math.min(share.untilMs - clock.wallMs(), letInMaxMs);
    if (leftMs <= 0 || this.#letIn.has(share.decisionId)) return;
    inFlight.begin(
      { ...share, credentialId: share.credentialId as CredentialId },
      share.memberId as MemberId | null,
      share.atMs,
      share.zone,
    );
    const over = () => {
      cancel();
      inFlight.end(share.decisionId);
      this.#letIn.delete(share.decisionId);
    };
    const cancel = clock.setTimer(leftMs, over);
    this.#letIn.set(share.decisionId, over);
  }

  async #fetch(
    path: string,
    limitMs: number,
    request: RequestInit,
  ): Promise<{ readonly text: string; readonly signature: string } | { readonly problem: string }> {
    const late = new AbortController();
    const cancelLimit = this.#options.clock.setTimer(limitMs, () => late.abort(new Error('no answer')));
    try {
      const response = await fetch(new URL(path, this.#options.address), {
        ...request,
        redirect: 'error',
        signal: AbortSignal.any([late.signal, this.#stopped.signal]),
      });
      const text = (await answerBytes(response, peerAnswerBytesMax)).toString();
      if (response.ok) return { text, signature: response.headers.get(peerSignatureHeader) ?? '' };
      const refusal = refusalSchema.safeParse(parseJson(text));
      return { problem: refusal.success ? refusal.data.error.code : `HTTP ${response.status}` };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { problem: (cause as NodeJS.ErrnoException).code ?? 'no-answer' };
    } finally {
      cancelLimit();
    }
  }
}

/** W-PEER-6. */
function byOurClock(share: PeerShare, offsetMs: number): PeerShare {
  if (offsetMs === 0 || !('atMs' in share)) return share;
  const ours = (ms: number) => Math.max(0, ms - offsetMs);
  const atMs = ours(share.atMs);
  if (share.kind === 'let-in') return { ...share, atMs, untilMs: ours(share.untilMs) };
  if (share.kind === 'credential' && share.soldAtMs !== undefined)
    return { ...share, atMs, soldAtMs: ours(share.soldAtMs) };
  return { ...share, atMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
