import type { Clock } from '@portillon/core/base/clock.ts';
import { isId } from '@portillon/core/base/ids.ts';
import type { AdapterMapping, IncomingShape, ReadMapping } from './adapter-mapping.ts';
import { type Asked, askWithin } from './ask-within.ts';
import { filledPath, mappedFields, valueAt } from './mapped-fields.ts';
import {
  type ChangesOutcome,
  type DeliveryOutcome,
  type IncomingChange,
  type IncomingKind,
  type MemberBaseAdapter,
  type OutgoingKind,
  type OutgoingMessage,
  outgoingKinds,
} from './member-base-adapter.ts';

type NotNow = Extract<DeliveryOutcome, { is: 'not-now' }>;

/** The other side says that what it holds is newer (RFC 9110: Conflict, Precondition Failed). */
const theirsIsNewer = new Set([409, 412]);
/** It says that this record is wrong, and will say so again. */
const neverTaken = new Set([400, 409, 410, 412, 413, 415, 422]);
/** It says that this is not the time, for anything. */
const busyAsAWhole = new Set([401, 403, 408, 429, 502, 503, 504]);

/** The port over HTTP and JSON, as a mapping file says (AD13). */
export class HttpAdapter implements MemberBaseAdapter {
  readonly name: string;
  readonly takes: readonly OutgoingKind[];
  readonly answerLimitMs: number;
  readonly changes: MemberBaseAdapter['changes'];
  readonly changesEveryMs: number;
  readonly #mapping: AdapterMapping;
  readonly #auth: ReadMapping['auth'];
  readonly #clock: Clock;
  readonly #closed = new AbortController();

  constructor({ mapping, auth }: ReadMapping, clock: Clock) {
    this.name = mapping.name;
    this.takes = outgoingKinds.filter((kind) => mapping.send[kind] !== undefined);
    this.answerLimitMs = mapping.answerLimitMs;
    this.#mapping = mapping;
    this.#auth = auth;
    this.#clock = clock;
    this.changesEveryMs = mapping.changes?.everyMs ?? 0;
    this.changes = mapping.changes ? (cursor, most) => this.#changes(cursor, most) : null;
  }

  async deliver(message: OutgoingMessage): Promise<DeliveryOutcome> {
    const { send: sends, tables, messageIdHeader } = this.#mapping;
    const send = sends[message.kind];
    if (!send) return { is: 'refused', problem: `the mapping file does not send ${message.kind}` };
    const body = mappedFields(send.fields, message, tables);
    if (!body.ok) return { is: 'refused', problem: body.error };
    const path = filledPath(send.path, message);
    if (path === null)
      return { is: 'refused', problem: `the path ${send.path} has a part that this record lacks` };
    const asked = await this.#ask(send.method, path, JSON.stringify(body.value), {
      [messageIdHeader]: message.messageId,
    });
    if ('problem' in asked) return notNow(asked);
    const { status } = asked;
    const isTheirs = message.kind === 'member' || message.kind === 'membership';
    if (isTheirs && theirsIsNewer.has(status)) return { is: 'theirs-stands' };
    if (neverTaken.has(status)) return { is: 'refused', problem: `HTTP ${status}` };
    if (status < 200 || status > 299) return notNow(asked);
    const { theirId, revision } = send.answer;
    if (theirId === undefined && revision === undefined)
      return { is: 'taken', theirId: null, revision: null };
    const answer = jsonOf(asked.text);
    // A gateway that answers for the other side says 200 too: believed is only who answers as was agreed.
    if (answer === undefined || (theirId !== undefined && wordAt(answer, theirId) === null))
      return unreadable;
    return {
      is: 'taken',
      theirId: theirId === undefined ? null : wordAt(answer, theirId),
      revision: revision === undefined ? null : wordAt(answer, revision),
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }

  async #changes(cursor: string | null, most: number): Promise<ChangesOutcome> {
    const { changes, tables } = this.#mapping;
    if (!changes) return unreadable;
    const path = filledPath(changes.path, { cursor: cursor ?? '', most });
    if (path === null)
      return { ...unreadable, problem: `the path ${changes.path} holds more than {cursor} and {most}` };
    const asked = await this.#ask('GET', path, null, {});
    if ('problem' in asked || asked.status !== 200) return notNow(asked);
    const answer = jsonOf(asked.text);
    const list = valueAt(answer, changes.list);
    const next = wordAt(answer, changes.cursor);
    const more = valueAt(answer, changes.more);
    if (!Array.isArray(list) || next === null || typeof more !== 'boolean') return unreadable;
    const read: IncomingChange[] = [];
    for (const item of list as readonly unknown[]) {
      const said = valueAt(item, changes.kind);
      const found = Object.entries(changes.kinds).find(([, shape]) => shape?.is === said);
      // A kind that the mapping file does not name is none of ours.
      if (found?.[1]) read.push(changeOf(found[0] as IncomingKind, found[1], item, tables));
    }
    return { is: 'page', changes: read, cursor: next, more };
  }

  #ask(
    method: string,
    path: string,
    body: string | null,
    headers: Readonly<Record<string, string>>,
  ): Promise<Asked> {
    const { baseUrl, answerLimitMs, answerLimitBytes } = this.#mapping;
    return askWithin(
      {
        url: baseUrl.replace(/\/$/, '') + path,
        method,
        body,
        headers: {
          accept: 'application/json',
          'user-agent': 'Portillon',
          ...headers,
          ...(this.#auth ? { [this.#auth.header]: this.#auth.value } : {}),
        },
      },
      { answerMs: answerLimitMs, answerBytes: answerLimitBytes },
      this.#clock,
      this.#closed.signal,
    );
  }
}

/** What cannot be read is told as such, and holds up nothing behind it (AD25). */
function changeOf(
  kind: IncomingKind,
  shape: IncomingShape,
  item: unknown,
  tables: AdapterMapping['tables'],
): IncomingChange {
  const theirId = wordAt(item, shape.theirId);
  const ourId = shape.ourId === undefined ? null : wordAt(item, shape.ourId);
  const head = {
    kind,
    theirId: theirId ?? '',
    revision: shape.revision === undefined ? null : wordAt(item, shape.revision),
    ...(shape.ourId === undefined ? {} : { ourId: ourId !== null && isId(ourId) ? ourId : null }),
  };
  if (theirId === null) return { ...head, record: null, problem: `nothing stands at ${shape.theirId}` };
  if (shape.gone !== undefined && valueAt(item, shape.gone) === true) return { ...head, record: null };
  const record = mappedFields(shape.fields, item, tables);
  return record.ok ? { ...head, record: record.value } : { ...head, record: null, problem: record.error };
}

const unreadable: NotNow = {
  is: 'not-now',
  problem: 'an answer that the mapping file does not understand',
  whole: false,
  afterMs: null,
};

function notNow(asked: Asked): NotNow {
  if ('problem' in asked) return { is: 'not-now', problem: asked.problem, whole: true, afterMs: null };
  return {
    is: 'not-now',
    problem: `HTTP ${asked.status}`,
    whole: busyAsAWhole.has(asked.status),
    afterMs: asked.retryAfterMs,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A word or a number there, as a word. */
function wordAt(from: unknown, dotted: string): string | null {
  const value = valueAt(from, dotted);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
